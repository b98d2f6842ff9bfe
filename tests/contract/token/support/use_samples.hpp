#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/crypto_request.hpp"
#include "tests/contract/token/support/key_samples.hpp"

namespace keyward::tests {

/// Names of the mechanisms in mechanism_table() with that use.
std::vector<std::string> mechanisms_of(KeyUsage use);

/// A kind of key that the mechanism works with.
Kind kind_for(std::string_view mechanism);

/// An operation with that mechanism, a random IV, and SHA-1 for OAEP.
CryptoRequest operation(std::string_view mechanism, ByteView input);
/// The decryption of such an operation's output.
CryptoRequest opening(const CryptoRequest& sealing, const CryptoResult& sealed);
/// The verification of such an operation's output.
CryptoRequest verification(const CryptoRequest& signing, const CryptoResult& made);
CryptoRequest copy_of(const CryptoRequest& operation);

/// The same signature over the message's digest, which is computed in software.
CryptoRequest over_digest(const CryptoRequest& signing);

/// Random octets.
Bytes message(std::size_t size);

/// Whether OpenSSL, given the key itself, verifies a token's signature or MAC over the message.
bool is_right(std::string_view mechanism, const keys::KeyMaterial& key, ByteView message, ByteView signature);

}  // namespace keyward::tests
