#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/raw_http.hpp"

namespace keyward::test {

/// What a storm of clients that come and go has seen.
struct StormReport {
    std::size_t requests = 0;  ///< sent whole
    std::size_t answers = 0;   ///< received and right
    std::size_t wrong = 0;     ///< received, but the answer to another client's request
    std::size_t missing = 0;   ///< awaited in vain
};

/// Every request has an identifier of its own and asks for it back. Some clients read their answers, some
/// close, reset or close their half right after the request or in the middle of it. Ends after so many
/// requests or that time.
StormReport disconnect_storm(std::uint16_t port, std::size_t requests, milliseconds time,
                             milliseconds patience);

/// The chunk whose last two octets come in different segments.
void send_split_chunk(RawClient& client);

/// A request that a lenient server takes apart in another way than the proxy before it: `rest` is part of its
/// body for one, the next request for the other.
struct SmugglingAttempt {
    std::string name;
    std::string start;
    std::string rest;
};

const std::vector<SmugglingAttempt>& smuggling_attempts();

/// True when the server served the request inside the body.
bool is_smuggled(std::uint16_t port, const SmugglingAttempt& attempt);

/// So many clients that ask for 4 MiB and read none of it; the server has begun to answer each.
std::vector<RawClient> stalled_readers(std::uint16_t port, std::size_t count);

}  // namespace keyward::test
