#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::service {

/// The parts that identify a request, decoded, so that two spellings of one path or query are the same. The
/// views are borrowed.
struct RequestShape {
    std::string_view method;
    std::vector<std::string> path;                           ///< path segments
    std::vector<std::pair<std::string, std::string>> query;  ///< in the order of the request
    ByteView body;
};

/// Distinguishes requests without revealing their content: with a plain hash of a body, a reader of the
/// database could test likely keys. In lower-case hexadecimal.
std::string fingerprint_of(const SecretBytes& key, const RequestShape& request);

}  // namespace keyward::service
