#pragma once

#include <string>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward {

/// HMAC-SHA256 (FIPS 198-1) over the parts, in lower-case hexadecimal. Each part is preceded by its length in
/// eight octets, so that different lists of parts never give the same input. Throws std::runtime_error when
/// OpenSSL fails.
std::string keyed_hash(const SecretBytes& key, const std::vector<ByteView>& parts);

}  // namespace keyward
