#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"
#include "api/query.hpp"
#include "service/operations/token_capabilities.hpp"

namespace keyward::api {
namespace {

using service::Environment;

/// `environment` is null when a project names it and the configuration lacks it.
OrderedJson environment_json(const std::string& name, const Environment* environment) {
    const bool answers = environment != nullptr && environment->health() == service::Health::up;
    return {
        {"id", name},
        {"name", name},
        {"description", environment == nullptr ? "" : environment->profile().description},
        {"type", environment == nullptr ? OrderedJson(nullptr) : OrderedJson(environment->profile().type)},
        {"status", answers ? "PUBLISHED" : "UNPUBLISHED"}};
}

http::Response list_response(OrderedJson items) {
    http::Response response;
    response.body = result_list(std::move(items)).dump();
    return response;
}

template <typename Values>
OrderedJson names_of(const Values& values) {
    OrderedJson names = OrderedJson::array();
    for (const auto& value : values)
        names.push_back(to_string(value));
    return names;
}

OrderedJson mechanism_json(const service::AvailableMechanism& offered) {
    const Mechanism& row = *offered.mechanism;
    OrderedJson json{{"name", row.name},
                     {"algorithm", to_string(row.algorithm)},
                     {"operations", names_of(actions_of(row))},
                     {"parameters", names_of(parameters_of(row))}};
    if (!offered.hashes.empty()) json["hashes"] = names_of(offered.hashes);
    json["legacy"] = row.legacy;
    json["limits"] = row.limits;
    json["source"] = row.source;
    return json;
}

}  // namespace

http::Response list_project_environments(UseCases& use_cases, RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const std::string& name : context.project->environments)
        if (context.caller->sees(*context.project, name))
            items.push_back(environment_json(name, use_cases.context.environments.find(name)));
    return list_response(std::move(items));
}

http::Response list_configured_environments(UseCases& use_cases, RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const auto& environment : use_cases.context.environments.all())
        items.push_back(environment_json(environment->name(), environment.get()));
    return list_response(std::move(items));
}

http::Response list_mechanisms(UseCases& use_cases, RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const auto& offered :
         available_mechanisms(use_cases.context, *context.caller, context.path.at("environmentName")))
        items.push_back(mechanism_json(offered));
    return list_response(std::move(items));
}

}  // namespace keyward::api
