#include "api/routes.hpp"

#include <algorithm>
#include <stdexcept>

#include "api/json/json_body.hpp"
#include "domain/errors.hpp"
#include "domain/key_text.hpp"
#include "service/idempotency/idempotent_requests.hpp"

namespace keyward::api {
namespace {

/// Removes the next part from a pattern and returns it; empty at the end. Patterns have no escapes.
std::string_view take_part(std::string_view& pattern) {
    pattern.remove_prefix(std::min(pattern.find_first_not_of('/'), pattern.size()));
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(part.size());
    return part;
}

bool is_parameter(std::string_view part) {
    return part.starts_with('{');
}

bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
    for (const std::string& segment : segments) {
        const std::string_view part = take_part(pattern);
        if (part.empty() || (!is_parameter(part) && part != segment)) return false;
    }
    return take_part(pattern).empty();
}

PathParameters parameters_of(std::string_view pattern, const std::vector<std::string>& segments) {
    PathParameters parameters;
    for (const std::string& segment : segments)
        if (const std::string_view part = take_part(pattern); is_parameter(part))
            parameters.add(part.substr(1, part.size() - 2), segment);
    return parameters;
}

std::string_view name_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET";
        case http::Method::head:
            return "HEAD";
        case http::Method::post:
            return "POST";
        case http::Method::put:
            return "PUT";
        case http::Method::patch:
            return "PATCH";
        case http::Method::del:
            return "DELETE";
        case http::Method::options:
            return "OPTIONS";
        case http::Method::other:
            return "";
    }
    return "";
}

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

/// The HTTP reader refuses a second Idempotency-Key header.
std::optional<std::string> read_idempotency_key(const http::Request& request) {
    const std::string* key = request.header("idempotency-key");
    if (key == nullptr) return std::nullopt;
    if (key->empty() || key->size() > longest_idempotency_key || !std::ranges::all_of(*key, is_printable))
        throw ServiceError(std::vector<FieldError>{
            {"Idempotency-Key", "must have 1 to 255 printable ASCII characters, as a UUID has"}});
    return *key;
}

bool is_dry_run(const RequestContext& context) {
    return std::ranges::find(context.query, std::pair<std::string, std::string>("dryRun", "true")) !=
           context.query.end();
}

/// An answer names environments, and grants may have been revoked since it was stored.
void require_sight(const std::string& answer, const RequestContext& context) {
    const Json json = Json::parse(answer);
    for (const Json& result : json.at("deploymentResult").at("environmentResults")) {
        const auto environment = result.at("environmentName").get<std::string>();
        if (!context.caller->sees(*context.project, environment)) throw environment_not_found(environment);
    }
}

http::Response replayed(std::string body) {
    http::Response response;
    response.body = std::move(body);
    response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
}

}  // namespace

const std::string& PathParameters::at(std::string_view name) const {
    const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
    if (found == values_.end()) throw std::logic_error("the route has no " + std::string(name));
    return found->second;
}

Match match_route(const std::vector<Route>& routes, http::Method method,
                  const std::vector<std::string>& segments) {
    const http::Method wanted = method == http::Method::head ? http::Method::get : method;
    Match match;
    for (const Route& route : routes) {
        if (!fits(route.pattern, segments)) continue;
        match.allowed.push_back(route.method);
        if (route.method != wanted) continue;
        match.route = &route;
        match.path = parameters_of(route.pattern, segments);
    }
    return match;
}

std::string allow_header(const std::vector<http::Method>& methods) {
    std::string text;
    for (const http::Method method : methods) {
        text += std::string(name_of(method)) + ", ";
        if (method == http::Method::get) text += "HEAD, ";
    }
    return text + "OPTIONS";
}

Handler repeatable(service::IdempotentRequests& repeats, Handler handler) {
    return [&repeats, handler = std::move(handler)](RequestContext& context) {
        context.idempotency_key = read_idempotency_key(context.request);
        if (!context.idempotency_key) return handler(context);
        http::Response response;
        auto earlier = repeats.run({.user_id = context.caller->user_id, .key = *context.idempotency_key},
                                   {.method = context.request.method_name,
                                    .path = path_segments(context.request.path).value(),
                                    .query = context.query,
                                    .body = context.request.body.reveal()},
                                   [&]() -> std::optional<std::string> {
                                       response = handler(context);
                                       if (response.status != 200 || is_dry_run(context)) return std::nullopt;
                                       return response.body;
                                   });
        if (!earlier) return response;
        require_sight(*earlier, context);
        return replayed(*std::move(earlier));
    };
}

}  // namespace keyward::api
