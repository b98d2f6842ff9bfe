#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace keyward::http {

struct ServerSettings {
    std::string address = "127.0.0.1";  ///< a numeric address of this machine, IPv4 or IPv6
    std::uint16_t port = 8080;          ///< 0: any free port
    std::size_t max_body = std::size_t{1} << 20U;
    std::size_t reactor_threads = 2;
    std::size_t handler_threads = 64;
    std::size_t handler_queue = 1024;  ///< requests that wait for a handler thread; above it: 503
    std::size_t max_connections =
        4096;  ///< above it a new connection is closed at once; reduced to what descriptors allow
    std::size_t max_connections_of_address =
        0;  ///< above it a new connection is closed at once; 0: a quarter of all, at least half of all or
            ///< 256; trusted proxies have no such limit
    std::size_t max_body_memory = std::size_t{192}
                                  << 20U;        ///< all bodies being read or handled; above it: 503
    std::size_t max_body_memory_of_address = 0;  ///< 0: a third of all; above it: 503
    std::size_t max_unsent_memory = std::size_t{128} << 20U;  ///< all answers not yet taken by clients; above
                                                              ///< it connections are dropped
    std::chrono::milliseconds header_deadline{
        10'000};  ///< for a whole head, from its first octet (or from the start of the connection)
    std::chrono::milliseconds body_deadline{30'000};  ///< for a whole body, from the end of its head
    std::chrono::milliseconds idle_deadline{60'000};  ///< between an answer and the next request
    std::chrono::milliseconds write_deadline{
        10'000};  ///< for a whole answer, from when the socket did not accept all of it
    std::chrono::milliseconds linger_deadline{
        2'000};  ///< how long a client may take to hang up after the last answer
    std::vector<std::string> trusted_proxies{};  ///< peers whose X-Forwarded-For is used
};

/// Makes the answer to a request. Runs on handler threads, several calls at a time, and may block. Any
/// exception becomes a 500 without details.
using RequestHandler = std::function<Response(Request&)>;

/// Makes the answer to a request that no handler answers: framing errors (400, 408, 413, 414, 417, 431, 501,
/// 505), handlers that throw (500), overload and shutdown (503). The text is a sentence for the client, empty
/// for a 500. The headers are those read so far. Runs on any thread and must not block.
using RefusalBody =
    std::function<Response(int status, std::string_view what_was_wrong, const Headers& seen_so_far)>;

/// The HTTP server. Pistache listens, accepts and reads; it never parses HTTP and never writes
/// (docs/decisions/0003).
class Server {
  public:
    /// Throws std::invalid_argument when the settings are invalid.
    Server(ServerSettings settings, RequestHandler handler, RefusalBody refusal_body);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// Stops without draining.
    ~Server();

    /// Binds, starts serving and returns at once. Throws std::runtime_error, with address, port and reason,
    /// when it cannot listen.
    void start();

    /// The port in use, after `start`.
    [[nodiscard]] std::uint16_t port() const;

    /// Stops accepting and answers the requests in flight for up to `drain` (a request that arrives now gets
    /// 503 and its connection closes); then hangs up. Waits two seconds for handlers that still run; their
    /// answers are discarded. Returns true when every request in flight got its answer and every handler has
    /// ended. If a handler has not, the process must end without destroying the server (std::_Exit), or wait
    /// for the handler in the destructor, without a limit. A second call does nothing and returns true.
    bool stop(std::chrono::milliseconds drain);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keyward::http
