#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "keys/key_material.hpp"

namespace keyward::bench {

/// Calls the module directly, which gives the speed of the token alone: one session a thread, no pool, no
/// checks, the attributes that Keyward sets and reads back.
class RawToken {
  public:
    /// Opens the token of that label with `threads` sessions and logs in.
    RawToken(const std::string& module, const std::string& label, const std::string& pin,
             std::size_t threads);
    RawToken(const RawToken&) = delete;
    RawToken& operator=(const RawToken&) = delete;
    ~RawToken();

    /// Creates the object of an AES key, or the two of an RSA key pair, and reads the attributes of each back
    /// in one call. With the self-test, it also encrypts a zero block or makes a signature.
    void create(std::size_t thread, const keys::KeyMaterial& material, bool with_trial);

    /// The same without a self-test, followed by C_DestroyObject.
    void create_and_destroy(std::size_t thread, const keys::KeyMaterial& material);

    /// The private or secret key with that label, which another process created.
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
