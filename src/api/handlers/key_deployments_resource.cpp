#include "api/handlers/key_deployments_resource.hpp"

#include <memory>

#include "api/json/change_request.hpp"
#include "api/json/json_request.hpp"
#include "api/json/key_fields.hpp"
#include "service/lifecycle/remove_key.hpp"
#include "service/lifecycle/update_key.hpp"

namespace keyward::api {
namespace {

constexpr std::string_view path =
    "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/";

http::Response deploy(service::UpdateKey& updater, RequestContext& context) {
    Json body = read_json(context, {});
    Mistakes mistakes;
    const ChangeOptions options = read_change_options(context.query, mistakes);
    service::UpdateKeyRequest request = read_environment(body, context.path_parameters.at(2), mistakes);
    request.key_name = context.path_parameters.at(1);
    request.roll_back_on_failure = options.roll_back;
    request.dry_run = options.dry_run;
    request.origin = origin_of(context);
    return answer_of(updater.run(*context.caller, *context.project, std::move(request), std::move(mistakes)));
}

http::Response undeploy(service::RemoveKey& remover, RequestContext& context) {
    refuse_removal_options(context);
    return answer_of(remover.undeploy(*context.caller, *context.project, context.path_parameters.at(1),
                                      context.path_parameters.at(2), origin_of(context)));
}

}  // namespace

std::vector<Route> key_deployments_routes(const service::ServiceContext& service_context) {
    const auto updater = std::make_shared<service::UpdateKey>(service_context);
    const auto remover = std::make_shared<service::RemoveKey>(service_context);
    const std::vector<Permission> writing{Permission::manage, Permission::deploy_undeploy};
    return {
        {http::Method::post, path, Login::required, writing, Body::json,
         [updater](RequestContext& context) { return deploy(*updater, context); }, true},
        {http::Method::del, path, Login::required, writing, Body::json_if_any,
         [remover](RequestContext& context) { return undeploy(*remover, context); }, true},
    };
}

}  // namespace keyward::api
