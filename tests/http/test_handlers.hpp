#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace keyward::test {

constexpr std::size_t big_size = std::size_t{4} << 20U;

/// The answers of the test server:
///   GET /echo?id=X   `id=X`                  POST /echo       the body
///   /big             4 MiB                   /method, /who    the method's name, the remote address
///   /hold            waits for /release      /held            the number of waiting requests
///   /early           answers while it still waits for /release
///   /throw-int, /throw-std, /throw-string    throw
///   /bad-header      has a header with a line end in it
///   /no-content      204                     /close           closes the connection
class TestHandlers {
  public:
    http::Response handle(http::Request& request);
    /// Releases all requests at /hold, now and later.
    void release();

  private:
    http::Response hold();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t held_ = 0;
    bool released_ = false;
};

/// `refused: ` and the reason, with the X-Request-Id of the request if it was read.
http::Response refusal(int status, std::string_view what_was_wrong, const http::Headers& seen_so_far);

/// Pistache without the guard: /echo, /big, /throw-int and /throw-std as above.
class StockServer {
  public:
    explicit StockServer(std::size_t threads);
    StockServer(const StockServer&) = delete;
    StockServer& operator=(const StockServer&) = delete;
    ~StockServer();
    [[nodiscard]] std::uint16_t port() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keyward::test
