#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "keys/key_material.hpp"

namespace keyward::bench {

/// A bare loop over the module: what the token can do when nothing else is done. One session a thread, no
/// pool, no checks, the attributes that Keyward sets and reads back.
class RawToken {
  public:
    /// Opens the token of that label with `threads` sessions and logs in.
    RawToken(const std::string& module, const std::string& label, const std::string& pin,
             std::size_t threads);
    RawToken(const RawToken&) = delete;
    RawToken& operator=(const RawToken&) = delete;
    ~RawToken();

    /// C_CreateObject of an AES key's object or an RSA private key's two, and their attributes read back in
    /// one call each; with the trial, a zero block is encrypted or a signature made besides.
    void create(std::size_t thread, const keys::KeyMaterial& material, bool with_trial);

    /// The same without a trial, and C_DestroyObject of what it made.
    void create_and_destroy(std::size_t thread, const keys::KeyMaterial& material);

    /// The private or secret key of that label, which another process made.
    std::uint64_t find(const std::string& label);
    /// C_SignInit and C_Sign.
    void sign(std::size_t thread, std::uint64_t key, std::uint64_t mechanism, ByteView input);
    /// C_EncryptInit with a new IV and C_Encrypt.
    void encrypt_gcm(std::size_t thread, std::uint64_t key, ByteView input);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace keyward::bench
