#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/uri.hpp"
#include "api/work_memory.hpp"
#include "http/message.hpp"
#include "service/auth/access.hpp"

namespace keyward::api {

/// What a handler is given: a request that has passed every check of its route.
struct RequestContext {
    http::Request& request;
    const std::string& request_id;
    std::vector<std::string> path_parameters;  ///< the parts that stood in for `{…}`, decoded, in order
    QueryParameters query;
    std::optional<service::Caller>
        caller;                      ///< there when the route needs a login, or a valid token came along
    WorkMemory::Share memory;        ///< what the request takes once it is read
    std::optional<Project> project;  ///< there when the pattern has {projectName}
    std::optional<std::string> idempotency_key = std::nullopt;  ///< of a repeatable route's request
};

using Handler = std::function<http::Response(RequestContext&)>;

/// Who may call a route.
enum class Login { none, optional, required };

/// What a route's request carries: nothing that is read, `application/json`, the same or nothing, or
/// `application/x-www-form-urlencoded`.
enum class Body { none, json, json_if_any, form };

/// One row of the routes table.
struct Route {
    http::Method method;
    std::string_view
        pattern;  ///< as `/apiops/projects/{projectName}/keys/`; with or without the slash at its end
    Login login;
    /// All of them. None: with {projectName} any grant in the project is enough, without it any login is.
    std::vector<Permission> permissions;
    Body body;
    Handler handler;
    bool repeatable = false;  ///< an Idempotency-Key counts
};

/// A route that fits a path, or the methods that its path has when the method doesn't fit.
struct Match {
    const Route* route = nullptr;
    std::vector<std::string> path_parameters;
    std::vector<http::Method> allowed;  ///< empty when no route has that path
};

/// Finds the route of a decoded path. HEAD finds GET.
Match match_route(const std::vector<Route>& routes, http::Method method,
                  const std::vector<std::string>& segments);

/// `GET, HEAD, OPTIONS`: what an Allow header says of a path with these methods.
std::string allow_header(const std::vector<http::Method>& methods);

}  // namespace keyward::api
