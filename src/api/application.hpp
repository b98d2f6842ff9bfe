#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "api/optional_login.hpp"
#include "api/routes.hpp"
#include "http/message.hpp"
#include "service/auth/access.hpp"

namespace keyward::api {

/// In characters; a longer X-Request-Id is replaced by a new one.
inline constexpr std::size_t longest_request_id = 128;

/// The entry point of every request. Checks login, route, project, grant and media type in the contract's
/// order, then calls the route's handler. Adds the standing headers to every answer. Thread-safe.
class Application {
  public:
    Application(std::vector<Route> routes, service::Access& access,
                std::size_t work_memory = WorkMemory::usual_limit)
        : routes_(std::move(routes)),
          access_(access),
          optional_login_(std::make_unique<OptionalLogin>(access)),
          work_memory_(work_memory) {}

    /// Never throws.
    http::Response handle(http::Request& request) const;
    /// The answer to a request that was refused before it was complete.
    http::Response refuse(int status, std::string_view what_was_wrong,
                          const http::Headers& headers_so_far) const;

    /// Returns memory left over from large requests to the system. To be called periodically.
    void return_memory() const;

    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  private:
    http::Response dispatch(http::Request& request, const std::string& request_id) const;
    [[nodiscard]] std::optional<service::Caller> caller_of(const http::Request& request, Login login) const;

    std::vector<Route> routes_;
    service::Access& access_;
    std::unique_ptr<OptionalLogin> optional_login_;
    mutable WorkMemory work_memory_;
};

}  // namespace keyward::api
