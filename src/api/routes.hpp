#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/uri.hpp"
#include "api/work_memory.hpp"
#include "http/message.hpp"
#include "service/auth/access.hpp"

namespace keyward::service {
class IdempotentRequests;
}

namespace keyward::api {

inline constexpr std::size_t longest_idempotency_key = 255;  ///< characters

/// The parts of a path that a pattern names in braces, decoded, as {"keyName", "backup"}.
class PathParameters {
  public:
    /// Throws std::logic_error for a name that the route's pattern does not have.
    [[nodiscard]] const std::string& at(std::string_view name) const;
    void add(std::string_view name, const std::string& value) { values_.emplace_back(name, value); }

  private:
    std::vector<std::pair<std::string, std::string>> values_;
};

/// The input of a handler: a request that has passed every check of its route.
struct RequestContext {
    http::Request& request;
    const std::string& request_id;
    PathParameters path;
    QueryParameters query;
    std::optional<service::Caller>
        caller;                      ///< set when the route needs a login, or the request has a valid token
    WorkMemory::Share memory;        ///< memory that the request uses once it is read
    std::optional<Project> project;  ///< set when the pattern has {projectName}
    std::optional<std::string> idempotency_key = std::nullopt;  ///< from a request to a repeatable route
};

using Handler = std::function<http::Response(RequestContext&)>;

/// Who may call a route.
enum class Login { none, optional, required };

/// The body of a route's request: none is read, `application/json`, the same or none, or
/// `application/x-www-form-urlencoded`.
enum class Body { none, json, json_if_any, form };

/// One row of the table of routes (api/all_routes.cpp).
struct Route {
    http::Method method;
    std::string_view pattern;  ///< `/apiops/projects/{projectName}/keys/`; matches without the last slash too
    Handler handler;
    Login login = Login::required;
    /// All of them. With none, a route with {projectName} requires any grant in the project, and another one
    /// a login alone.
    std::vector<Permission> permissions = {};
    Body body = Body::none;
    bool repeatable = false;  ///< takes an Idempotency-Key
};

/// The route for a path, or the methods of the path when the method does not match.
struct Match {
    const Route* route = nullptr;
    PathParameters path;
    std::vector<http::Method> allowed;  ///< empty when no route has that path
};

/// Finds the route of a decoded path. HEAD matches GET routes.
Match match_route(const std::vector<Route>& routes, http::Method method,
                  const std::vector<std::string>& segments);

/// `GET, HEAD, OPTIONS`: the Allow header of a path with these methods.
std::string allow_header(const std::vector<http::Method>& methods);

/// Makes a handler for a route that accepts an Idempotency-Key. A repeat of a request that was answered with
/// 200 gets the same answer again, with `Idempotent-Replayed: true`. Other answers and dry runs are not
/// stored. The handler throws ServiceError (validation_failed) for an invalid Idempotency-Key. `repeats` must
/// outlive it.
Handler repeatable(service::IdempotentRequests& repeats, Handler handler);

}  // namespace keyward::api
