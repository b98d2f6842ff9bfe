#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/crypto_request.hpp"
#include "tests/contract/token/support/key_samples.hpp"

namespace keyward::tests {

/// The names of the operations table's mechanisms of that use.
std::vector<std::string> mechanisms_of(service::Use use);

/// A kind of key that the mechanism is for.
Kind kind_for(std::string_view mechanism);

/// An operation of that mechanism with an IV of the moment, and OAEP with SHA-1.
service::Operation operation(std::string_view mechanism, ByteView input);
/// The decryption of what such an operation made.
service::Operation opening(const service::Operation& sealing, const service::Outcome& sealed);
/// The verification of what such an operation made.
service::Operation verification(const service::Operation& signing, const service::Outcome& made);
service::Operation copy_of(const service::Operation& operation);

/// The same signature over the message's digest, which is made outside.
service::Operation over_digest(const service::Operation& signing);

/// Octets of no meaning.
Bytes message(std::size_t size);

/// Whether OpenSSL, given the key itself, finds that a token's signature or MAC over the message is right.
bool is_right(std::string_view mechanism, const keys::KeyMaterial& key, ByteView message, ByteView signature);

}  // namespace keyward::tests
