#include "api/handlers/environments_resource.hpp"

#include "api/json/key_json.hpp"
#include "api/query.hpp"
#include "service/operations/available_mechanisms.hpp"

namespace keyward::api {
namespace {

using service::Environment;
using service::Environments;

/// `environment` is null for one that a project names and the configuration lacks.
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

http::Response of_project(const Environments& environments, const RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const std::string& name : context.project->environments)
        if (context.caller->sees(*context.project, name))
            items.push_back(environment_json(name, environments.find(name)));
    return list_response(std::move(items));
}

http::Response of_configuration(const Environments& environments, const RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const auto& environment : environments.all())
        items.push_back(environment_json(environment->name(), environment.get()));
    return list_response(std::move(items));
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

http::Response mechanisms(const service::ServiceContext& service_context, const RequestContext& context) {
    refuse_query(context.query);
    OrderedJson items = OrderedJson::array();
    for (const auto& offered :
         available_mechanisms(service_context, *context.caller, context.path_parameters.front()))
        items.push_back(mechanism_json(offered));
    return list_response(std::move(items));
}

}  // namespace

std::vector<Route> environments_routes(const service::ServiceContext& service_context) {
    const Environments& environments = service_context.environments;
    return {
        {http::Method::get,
         "/apiops/projects/{projectName}/environments/",
         Login::required,
         {},
         Body::none,
         [&environments](RequestContext& context) { return of_project(environments, context); }},
        {http::Method::get,
         "/apiops/environments/",
         Login::required,
         {Permission::admin},
         Body::none,
         [&environments](RequestContext& context) { return of_configuration(environments, context); }},
        {http::Method::get,
         "/apiops/environments/{environmentName}/mechanisms/",
         Login::required,
         {},
         Body::none,
         [service_context](RequestContext& context) { return mechanisms(service_context, context); }},
    };
}

}  // namespace keyward::api
