#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/crypto_request.hpp"
#include "tests/contract/token/support/key_samples.hpp"

namespace keyward::tests {

/// The names of the operations table's mechanisms of that use.
std::vector<std::string> mechanisms_of(KeyUsage use);

/// A kind of key that the mechanism is for.
Kind kind_for(std::string_view mechanism);

/// An operation of that mechanism with an IV of the moment, and OAEP with SHA-1.
CryptoRequest operation(std::string_view mechanism, ByteView input);
/// The decryption of what such an operation made.
CryptoRequest opening(const CryptoRequest& sealing, const CryptoResult& sealed);
/// The verification of what such an operation made.
CryptoRequest verification(const CryptoRequest& signing, const CryptoResult& made);
CryptoRequest copy_of(const CryptoRequest& operation);

/// The same signature over the message's digest, which is made outside.
CryptoRequest over_digest(const CryptoRequest& signing);

/// Octets of no meaning.
Bytes message(std::size_t size);

/// Whether OpenSSL, given the key itself, finds that a token's signature or MAC over the message is right.
bool is_right(std::string_view mechanism, const keys::KeyMaterial& key, ByteView message, ByteView signature);

}  // namespace keyward::tests
