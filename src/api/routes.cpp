#include "api/routes.hpp"

#include <algorithm>

namespace keyward::api {
namespace {

bool is_parameter(std::string_view part) {
    return part.starts_with('{');
}

std::optional<std::vector<std::string>> parameters_of(std::string_view pattern,
                                                      const std::vector<std::string>& segments) {
    const auto parts = path_segments(pattern);
    if (!parts || parts->size() != segments.size()) return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (is_parameter((*parts)[i]))
            parameters.push_back(segments[i]);
        else if ((*parts)[i] != segments[i])
            return std::nullopt;
    }
    return parameters;
}

std::string_view name_of(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::del:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            return "";
    }
    return "";
}

}  // namespace

Match match_route(const std::vector<Route>& routes, Method method, const std::vector<std::string>& segments) {
    const Method wanted = method == Method::head ? Method::get : method;
    Match match;
    for (const Route& route : routes) {
        auto parameters = parameters_of(route.pattern, segments);
        if (!parameters) continue;
        match.allowed.push_back(route.method);
        if (route.method != wanted) continue;
        match.route = &route;
        match.path_parameters = *std::move(parameters);
    }
    return match;
}

std::string allow_header(const std::vector<Method>& methods) {
    std::string text;
    for (const Method method : methods) {
        text += std::string(name_of(method)) + ", ";
        if (method == Method::get) text += "HEAD, ";
    }
    return text + "OPTIONS";
}

}  // namespace keyward::api
