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
    std::uint16_t port = 8080;          ///< 0: any free one
    std::size_t max_body = std::size_t{1} << 20U;
    std::size_t reactor_threads = 2;
    std::size_t handler_threads = 64;
    std::size_t handler_queue = 1024;  ///< requests that wait for a handler thread; over it: 503
    std::size_t max_connections =
        4096;  ///< over it a new connection is closed at once; lowered to what descriptors allow
    std::size_t max_connections_of_address =
        0;  ///< over it a new one is closed at once; 0: a quarter of all, or half of few; proxies that are
            ///< trusted have no such limit
    std::size_t max_body_memory = std::size_t{192}
                                  << 20U;        ///< all bodies being read or worked on; over it: 503
    std::size_t max_body_memory_of_address = 0;  ///< 0: a third of all; over it: 503
    std::size_t max_unsent_memory = std::size_t{128}
                                    << 20U;  ///< all answers not yet taken; over it connections are dropped
    std::chrono::milliseconds header_deadline{
        10'000};  ///< for a whole head, from its first octet (or the connection's begin)
    std::chrono::milliseconds body_deadline{30'000};  ///< for a whole body, from the end of its head
    std::chrono::milliseconds idle_deadline{60'000};  ///< between an answer and the next request
    std::chrono::milliseconds write_deadline{
        10'000};  ///< for a whole answer, once the socket did not take it all
    std::chrono::milliseconds linger_deadline{
        2'000};  ///< how long a client may take to hang up after the last answer
    std::vector<std::string> trusted_proxies{};  ///< addresses whose X-Forwarded-For counts
};

/// Makes the answer to a request. Runs on one of the handler threads, several at a time, and may block.
/// Whatever it throws becomes a 500 that tells nothing of it.
using RequestHandler = std::function<Response(Request&)>;

/// Makes the answer to what no handler sees: requests that fail framing (400, 408, 413, 414, 417, 431, 501,
/// 505), handlers that throw (500), and more work than fits or a server that stops (503). The text is a
/// sentence for the client, empty for a 500. The headers are those that were read so far. Runs on any thread
/// and must not block.
using RefusalBody =
    std::function<Response(int status, std::string_view what_was_wrong, const Headers& seen_so_far)>;

/// The HTTP server. Pistache listens, accepts and reads; it never sees HTTP and never writes
/// (docs/decisions/0003).
class Server {
  public:
    /// Throws std::invalid_argument when the settings can't be used.
    Server(ServerSettings settings, RequestHandler handler, RefusalBody refusal_body);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// Stops without a drain.
    ~Server();

    /// Binds and serves; returns at once. Throws std::runtime_error, with address, port and reason, when it
    /// can't listen.
    void start();

    /// The port it listens on, after `start`.
    [[nodiscard]] std::uint16_t port() const;

    /// Stops accepting, answers what is in flight (a request that arrives now gets 503 and the connection
    /// closes), for up to `drain`; then hangs up. Handlers that still run are waited for, two seconds; their
    /// answers go nowhere. True when every request in flight got its answer and every handler has ended.
    /// Where one has not, the process must end without destroying the server (std::_Exit), or wait for it in
    /// the destructor, however long it takes. A second call does nothing and returns true.
    bool stop(std::chrono::milliseconds drain);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keyward::http
