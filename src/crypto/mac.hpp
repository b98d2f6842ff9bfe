#pragma once

#include "base/bytes.hpp"

namespace keyward {

/// A message authentication code of the whole message. `algorithm` and `function` are OpenSSL's names, as
/// `HMAC` with the digest `SHA256`, or `CMAC` with the cipher `AES-128-CBC`; the key has the length that the
/// function needs. Throws std::runtime_error when OpenSSL fails. Thread-safe.
Bytes mac_of(const char* algorithm, const char* function, ByteView key, ByteView message);

}  // namespace keyward
