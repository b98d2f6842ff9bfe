#pragma once

#include <string>
#include <vector>

namespace keyward::test {

/// A request that must be refused, with the one status it must be refused with.
struct MalformedRequest {
    std::string name;
    std::string octets;
    int status;
};

/// The limit of a body that the table is written for.
constexpr std::size_t table_max_body = 1000;

/// RFC 9112 is broken in each of them, or a limit is passed, once.
const std::vector<MalformedRequest>& malformed_requests();

}  // namespace keyward::test
