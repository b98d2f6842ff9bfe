#pragma once

#include <array>
#include <compare>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward {

/// The CKA_ID of a key's objects in a token: 16 random octets, shared by a private key and its public half.
/// It is the only link from the catalogue to the object.
class ObjectId {
  public:
    static constexpr std::size_t size = 16;

    static ObjectId random();
    /// Throws std::invalid_argument unless `hex` is 32 hexadecimal digits.
    static ObjectId from_hex(std::string_view hex);

    [[nodiscard]] std::string hex() const { return to_hex(octets_); }
    [[nodiscard]] ByteView octets() const { return octets_; }
    auto operator<=>(const ObjectId&) const = default;

  private:
    std::array<std::uint8_t, size> octets_{};
};

/// Random identifier of a row or a request: 128 bits in the form of RFC 9562 (UUID version 4).
std::string random_uuid();

/// Random octets from the operating system's generator, through OpenSSL's private DRBG.
SecretBytes random_secret(std::size_t size);

}  // namespace keyward
