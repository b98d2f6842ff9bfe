#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/raw_http.hpp"

namespace keyward::test {

/// The results of a storm of clients that connect and disconnect.
struct StormReport {
    std::size_t requests = 0;  ///< sent completely
    std::size_t answers = 0;   ///< received and correct
    std::size_t wrong = 0;     ///< received, but the answer to another client's request
    std::size_t missing = 0;   ///< awaited, but never received
};

/// Every request has a unique identifier and asks for it back. Some clients read their answers; others close,
/// reset or half-close the connection right after the request or in the middle of it. Ends after `requests`
/// or `time`.
StormReport disconnect_storm(std::uint16_t port, std::size_t requests, milliseconds time,
                             milliseconds patience);

/// Sends a chunk whose last two octets are in different segments.
void send_split_chunk(RawClient& client);

/// A request that a lenient server parses in another way than the proxy in front of it: for one, `rest` is
/// part of the body, for the other the next request.
struct SmugglingAttempt {
    std::string name;
    std::string start;
    std::string rest;
};

const std::vector<SmugglingAttempt>& smuggling_attempts();

/// True when the server served the request inside the body.
bool is_smuggled(std::uint16_t port, const SmugglingAttempt& attempt);

/// Opens `count` clients that request 4 MiB and read none of it. The server has begun to answer each.
std::vector<RawClient> stalled_readers(std::uint16_t port, std::size_t count);

}  // namespace keyward::test
