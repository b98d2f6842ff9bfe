#include "api/application.hpp"

#include <algorithm>
#include <cctype>

#include <malloc.h>

#include "api/problem.hpp"
#include "base/client_text.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "domain/errors.hpp"
#include "http/syntax.hpp"

namespace keyward::api {
namespace {

/// The number of hexadecimal digits of ids from proxies and trace contexts.
constexpr std::size_t longest_hex_id = 32;

/// The client's request id, if it is safe in a log and a header; otherwise a new one.
std::string request_id_of(const http::Headers& headers) {
    const auto sane = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("-_.:").find(c) != std::string_view::npos;
    };
    const auto is_id = [&](const std::string& value) {
        if (value.empty() || value.size() > longest_request_id || !std::ranges::all_of(value, sane))
            return false;
        const bool is_hex = value.size() <= longest_hex_id && std::ranges::all_of(value, is_hex_digit);
        return is_hex || looks_like_name(value);
    };
    for (const auto& [name, value] : headers)
        if (name == "x-request-id" && is_id(value)) return value;
    return random_uuid();
}

bool is_under_apiops(const std::vector<std::string>& segments) {
    return !segments.empty() && segments.front() == "apiops";
}

http::Response no_content_with(const std::string& allow) {
    http::Response response;
    response.status = 204;
    response.headers.emplace_back("Allow", allow);
    return response;
}

bool names_a_project(const Route& route) {
    return route.pattern.find("{projectName}") != std::string_view::npos;
}

std::string_view media_type_of(Body body) {
    switch (body) {
        case Body::none:
            return "";
        case Body::json:
        case Body::json_if_any:
            return "application/json";
        case Body::form:
            return "application/x-www-form-urlencoded";
    }
    return "";
}

/// Whether it is the media type, alone or with `charset=utf-8`.
bool is_of_type(std::string_view content_type, std::string_view media_type) {
    const auto semicolon = content_type.find(';');
    if (http::lower_case(http::trimmed(content_type.substr(0, semicolon))) != media_type) return false;
    if (semicolon == std::string_view::npos) return true;
    const std::string parameter = http::lower_case(http::trimmed(content_type.substr(semicolon + 1)));
    return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

/// Throws ServiceError (unsupported_media_type) unless the request's body has the media type that the route
/// reads, in UTF-8 and without content coding (RFC 9110 sections 8.3 and 8.4).
void require_media_type(const http::Request& request, Body body) {
    if (body == Body::none || (body == Body::json_if_any && request.body.empty())) return;
    const std::string_view media_type = media_type_of(body);
    const std::string* content_type = request.header("content-type");
    if (content_type == nullptr || !is_of_type(*content_type, media_type))
        throw ServiceError(ErrorKind::unsupported_media_type,
                           "The body must be sent with Content-Type: " + std::string(media_type));
    const std::string* encoding = request.header("content-encoding");
    if (encoding != nullptr && http::lower_case(*encoding) != "identity")
        throw ServiceError(ErrorKind::unsupported_media_type,
                           "The body must be sent without a Content-Encoding");
}

}  // namespace

http::Response Application::handle(http::Request& request) const {
    const std::string request_id = request_id_of(request.headers);
    try {
        return with_standing_headers(dispatch(request, request_id), request_id);
    } catch (...) {
        return with_standing_headers(problem_of(std::current_exception(), request_id), request_id);
    }
}

http::Response Application::refuse(int status, std::string_view what_was_wrong,
                                   const http::Headers& headers_so_far) const {
    const std::string request_id = request_id_of(headers_so_far);
    return with_standing_headers(framing_problem(status, what_was_wrong, request_id), request_id);
}

std::optional<service::Caller> Application::caller_of(const http::Request& request, Login login) const {
    const std::string* authorization = request.header("authorization");
    if (login == Login::required) return access_.authenticate(authorization);
    if (login == Login::none || authorization == nullptr) return std::nullopt;
    return optional_login_->caller_of(*authorization);
}

/// glibc keeps memory that is freed in the middle of an arena, which after large requests is most of it.
void Application::return_memory() const {
    if (work_memory_.take_given_back()) ::malloc_trim(0);
}

http::Response Application::dispatch(http::Request& request, const std::string& request_id) const {
    const auto segments = path_segments(request.path);
    auto query = query_parameters(request.query);
    if (!segments || !query)
        throw ServiceError(ErrorKind::bad_request,
                           "The path has an empty part, or it or the query can't be percent-decoded");

    Match match = match_route(routes_, request.method, *segments);
    const Login login = match.route != nullptr       ? match.route->login
                        : is_under_apiops(*segments) ? Login::required
                                                     : Login::none;
    auto caller = caller_of(request, login);
    const std::string user = caller ? caller->user_id : std::string();
    RequestContext context{.request = request,
                           .request_id = request_id,
                           .path = std::move(match.path),
                           .query = *std::move(query),
                           .caller = std::move(caller),
                           .memory = {work_memory_, user},
                           .project = std::nullopt};

    if (match.allowed.empty()) throw ServiceError(ErrorKind::not_found, "There is nothing at this path");
    if (match.route == nullptr) {
        if (request.method == http::Method::options) return no_content_with(allow_header(match.allowed));
        http::Response response = problem(
            ErrorKind::method_not_allowed,
            "The path has no " + shown_name(request.method_name) + "; it has " + allow_header(match.allowed),
            request_id);
        response.headers.emplace_back("Allow", allow_header(match.allowed));
        return response;
    }
    if (names_a_project(*match.route)) {
        context.project = access_.visible_project(*context.caller, context.path.at("projectName"));
        service::Access::require(*context.caller, *context.project, match.route->permissions);
    } else if (context.caller) {
        service::Access::require(*context.caller, match.route->permissions);
    }
    require_media_type(request, match.route->body);
    return match.route->handler(context);
}

}  // namespace keyward::api
