#include "api/keys_resource.hpp"

#include <memory>

#include "api/create_key_fields.hpp"
#include "api/json_body.hpp"
#include "api/key_json.hpp"
#include "api/query.hpp"

namespace keyward::api {
namespace {

using service::Permission;

HttpResponse json_response(const OrderedJson& json) {
    HttpResponse response;
    response.body = json.dump();
    return response;
}

HttpResponse create_key(service::CreateKey& creator, RequestContext& context) {
    Json body = parse_json(context.request.body);
    Mistakes mistakes;
    Query query(context.query, {"onFailure"}, mistakes);
    const bool roll_back = query.choice("onFailure", {"rollback"}).has_value();
    service::CreateKeyRequest request = read_create_key(body, mistakes);
    request.roll_back_on_failure = roll_back;
    request.request_id = context.request_id;
    request.client_address = context.request.remote_address;
    return json_response(
        deployment_json(creator.run(*context.caller, *context.project, request, std::move(mistakes))));
}

HttpResponse get_key(service::Catalogue& catalogue, RequestContext& context) {
    refuse_query(context.query);
    const std::string& name = context.path_parameters.at(1);
    auto key = catalogue.find_key(context.project->id, name);
    if (!key || key->state == service::KeyState::creating)
        throw service::ServiceError(service::ErrorKind::not_found, "Key (name: " + name + ") is not found");
    std::erase_if(key->deployments, [&](const auto& each) {
        return !context.caller->sees(*context.project, each.environment);
    });
    return json_response(result_list(OrderedJson::array({key_json(*key)})));
}

}  // namespace

std::vector<Route> keys_routes(service::Workplace workplace) {
    service::Catalogue& catalogue = workplace.catalogue;
    auto creator = std::make_shared<service::CreateKey>(std::move(workplace));
    const std::vector<Permission> writing{Permission::manage, Permission::deploy_undeploy};
    return {
        {Method::post, "/apiops/projects/{projectName}/keys/", Login::required, writing, true,
         [creator](RequestContext& context) { return create_key(*creator, context); }},
        {Method::get,
         "/apiops/projects/{projectName}/keys/{keyName}/",
         Login::required,
         {},
         false,
         [&catalogue](RequestContext& context) { return get_key(catalogue, context); }},
    };
}

}  // namespace keyward::api
