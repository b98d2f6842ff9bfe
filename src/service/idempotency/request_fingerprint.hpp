#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::service {

/// What makes a request the same as another: decoded, so that two spellings of one path or query are the
/// same. The views are the caller's.
struct RequestShape {
    std::string_view method;
    std::vector<std::string> path;                           ///< its parts
    std::vector<std::pair<std::string, std::string>> query;  ///< in the order of the request
    ByteView body;
};

/// Tells requests apart without giving anything of them away: a plain hash of a body could be tried against
/// likely keys by whoever reads the database. In lower-case hexadecimal.
std::string fingerprint_of(const SecretBytes& key, const RequestShape& request);

}  // namespace keyward::service
