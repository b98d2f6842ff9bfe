#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include "http/byte_budget.hpp"
#include "http/client_address.hpp"
#include "http/deadline_monitor.hpp"
#include "http/reader.hpp"
#include "http/server.hpp"
#include "http/thread_pool.hpp"

namespace keyward::http {

/// This much of each body does not count against its address, so that a client can send small bodies while
/// others behind the same address send large ones. In octets.
inline constexpr std::size_t body_free_of_share = std::size_t{16} << 10U;
/// One address may have half of all connections up to this number, even where that is more than a quarter.
inline constexpr std::size_t few_connections = 256;

/// State shared by all connections of one server. Outlives them and the threads that work on them.
struct ServerContext {
    /// Throws std::invalid_argument for a wrong proxy address, std::system_error when a thread cannot be
    /// started.
    ServerContext(ServerSettings given, RequestHandler request_handler, RefusalBody refusal_maker);

    /// The handler's answer, or a 500 when the handler throws or its answer cannot be sent.
    [[nodiscard]] Response handle(Request& request) const;

    /// The address of the client behind a peer. Logs once when there seems to be an untrusted proxy in front:
    /// all its clients then count as one.
    [[nodiscard]] std::string client_of(const std::string& peer, const Headers& headers);

    /// The answer to a request that no handler answers. A 503 always has a Retry-After.
    [[nodiscard]] Response refuse(int status, std::string_view what_was_wrong, const Headers& seen) const;

    const ServerSettings settings;
    const RequestHandler handler;
    const RefusalBody refusal_body;
    const ReaderLimits limits;
    const TrustedProxies proxies;
    ByteBudget body_memory;
    AddressShares body_memory_of_addresses;
    ByteBudget unsent_memory;
    std::atomic<bool> warned_of_proxy{false};
    std::atomic<bool> draining{false};
    std::atomic<std::size_t> in_flight{0};   ///< requests whose answers are not yet written
    std::atomic<std::size_t> open_peers{0};  ///< connections that Pistache still holds
    AddressShares connections_of_addresses;  // before the monitor, whose connections hold shares of it
    DeadlineMonitor deadlines;
    ThreadPool pool;  // last, so that its threads end before the rest
};

}  // namespace keyward::http
