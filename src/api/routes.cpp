#include "api/routes.hpp"

#include <algorithm>
#include <stdexcept>

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

}  // namespace keyward::api
