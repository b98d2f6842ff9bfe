#include <algorithm>

#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"
#include "api/query.hpp"

namespace keyward::api {

/// Generated from docs/openapi.yaml by cmake/EmbedText.cmake.
std::string_view openapi_text();

namespace {

using service::Health;

std::string_view to_string(Health health) {
    switch (health) {
        case Health::unknown:
            return "unknown";
        case Health::up:
            return "up";
        case Health::down:
            return "down";
    }
    return "unknown";
}

std::string_view readiness(const service::Environments& environments, bool catalogue_is_up) {
    const auto up = std::ranges::count_if(environments.all(),
                                          [](const auto& each) { return each->health() == Health::up; });
    if (!catalogue_is_up || up == 0) return "down";
    return up == static_cast<std::ptrdiff_t>(environments.all().size()) ? "ready" : "degraded";
}

}  // namespace

http::Response report_live(UseCases& /*use_cases*/, RequestContext& context) {
    refuse_query(context.query);
    http::Response response;
    response.body = R"({"status":"live"})";
    return response;
}

http::Response report_ready(UseCases& use_cases, RequestContext& context) {
    refuse_query(context.query);
    const service::Environments& environments = use_cases.context.environments;
    const bool catalogue_is_up = use_cases.health.is_up();
    const std::string_view status = readiness(environments, catalogue_is_up);
    OrderedJson body;
    body["status"] = status;
    if (context.caller) {
        body["catalogue"] = catalogue_is_up ? "up" : "down";
        for (const auto& environment : environments.all()) {
            OrderedJson entry;
            entry["name"] = environment->name();
            entry["status"] = to_string(environment->health());
            body["environments"].push_back(std::move(entry));
        }
    }
    http::Response response;
    response.status = status == "down" ? 503 : 200;
    if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
    response.body = body.dump();
    return response;
}

http::Response get_openapi(UseCases& /*use_cases*/, RequestContext& context) {
    refuse_query(context.query);
    http::Response response;
    response.content_type = "application/yaml";
    response.body = openapi_text();
    return response;
}

}  // namespace keyward::api
