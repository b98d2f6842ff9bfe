#pragma once

#include <string>
#include <vector>

namespace keyward::test {

/// A request that must be refused, with the required status.
struct MalformedRequest {
    std::string name;
    std::string octets;
    int status;
};

/// The body limit that the table assumes.
constexpr std::size_t table_max_body = 1000;

/// Each violates RFC 9112 or exceeds a limit, in exactly one place.
const std::vector<MalformedRequest>& malformed_requests();

}  // namespace keyward::test
