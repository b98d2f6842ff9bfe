#include "api/all_routes.hpp"

#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"

namespace keyward::api {
namespace {

using enum Permission;
using enum http::Method;

// clang-format off
constexpr std::string_view environments_path         = "/apiops/environments/";
constexpr std::string_view mechanisms_path           = "/apiops/environments/{environmentName}/mechanisms/";
constexpr std::string_view project_environments_path = "/apiops/projects/{projectName}/environments/";
constexpr std::string_view keys_path                 = "/apiops/projects/{projectName}/keys/";
constexpr std::string_view key_path                  = "/apiops/projects/{projectName}/keys/{keyName}/";
constexpr std::string_view deployment_path           = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/";
constexpr std::string_view encryption_path           = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/encrypt/";
constexpr std::string_view decryption_path           = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/decrypt/";
constexpr std::string_view signature_path            = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/sign/";
constexpr std::string_view verification_path         = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/verify/";
constexpr std::string_view certificate_path          = "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/certificate-request/";

std::vector<Route> table(const std::shared_ptr<UseCases>& use_cases) {
    const auto by = [&](http::Response (*handler)(UseCases&, RequestContext&)) -> Handler {
        return [use_cases, handler](RequestContext& context) { return handler(*use_cases, context); };
    };
    const auto use = [&](CryptoOperation operation) -> Handler {
        return [use_cases, operation](RequestContext& context) { return use_key(*use_cases, context, operation); };
    };
    const std::vector<Permission> write{manage, deploy_undeploy};
    return {
        {.method = post, .pattern = "/apiops/auth/token",      .handler = by(log_in),                       .login = Login::none, .body = Body::form},

        {.method = get,  .pattern = project_environments_path, .handler = by(list_project_environments)},
        {.method = get,  .pattern = environments_path,         .handler = by(list_configured_environments), .permissions = {admin}},
        {.method = get,  .pattern = mechanisms_path,           .handler = by(list_mechanisms)},

        {.method = post, .pattern = keys_path,                 .handler = by(create_key),                   .permissions = write, .body = Body::json,        .repeatable = true},
        {.method = get,  .pattern = keys_path,                 .handler = by(list_keys)},
        {.method = get,  .pattern = key_path,                  .handler = by(get_key)},
        {.method = put,  .pattern = key_path,                  .handler = by(update_key),                   .permissions = write, .body = Body::json,        .repeatable = true},
        {.method = del,  .pattern = key_path,                  .handler = by(delete_key),                   .permissions = write, .body = Body::json_if_any, .repeatable = true},
        {.method = post, .pattern = deployment_path,           .handler = by(deploy_key),                   .permissions = write, .body = Body::json,        .repeatable = true},
        {.method = del,  .pattern = deployment_path,           .handler = by(undeploy_key),                 .permissions = write, .body = Body::json_if_any, .repeatable = true},

        {.method = post, .pattern = encryption_path,           .handler = use(CryptoOperation::encrypt),    .permissions = {Permission::use}, .body = Body::json},
        {.method = post, .pattern = decryption_path,           .handler = use(CryptoOperation::decrypt),    .permissions = {Permission::use}, .body = Body::json},
        {.method = post, .pattern = signature_path,            .handler = use(CryptoOperation::sign),       .permissions = {Permission::use}, .body = Body::json},
        {.method = post, .pattern = verification_path,         .handler = use(CryptoOperation::verify),     .permissions = {Permission::use}, .body = Body::json},
        {.method = post, .pattern = certificate_path,          .handler = by(request_certificate),          .permissions = {Permission::use}, .body = Body::json},

        {.method = get,  .pattern = "/health/live",            .handler = by(report_live),                  .login = Login::none},
        {.method = get,  .pattern = "/health/ready",           .handler = by(report_ready),                 .login = Login::optional},
        {.method = get,  .pattern = "/openapi.yaml",           .handler = by(get_openapi),                  .login = Login::none},
    };
}
// clang-format on

}  // namespace

std::vector<Route> all_routes(const service::ServiceContext& service_context, service::Login& login,
                              service::UseKey& use, service::IdempotentRequests& repeats,
                              const service::CatalogueHealth& health) {
    const auto read = std::make_shared<service::ReadKeys>(
        service_context.catalogue.keys, [](const Key& key) { return key_json(key).dump(); });
    std::vector<Route> routes = table(std::make_shared<UseCases>(service_context, login, use, health, read));
    for (Route& route : routes)
        if (route.repeatable) route.handler = repeatable(repeats, std::move(route.handler));
    return routes;
}

}  // namespace keyward::api
