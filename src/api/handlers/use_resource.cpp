#include "api/handlers/use_resource.hpp"

#include <array>
#include <memory>
#include <optional>

#include "api/json/change_request.hpp"
#include "api/json/json_request.hpp"
#include "api/json/key_json.hpp"
#include "api/json/operation_fields.hpp"
#include "api/json/use_json.hpp"
#include "api/late_response.hpp"
#include "service/operations/certificate_request.hpp"

namespace keyward::api {
namespace {

using service::Action;
using service::Permission;

struct ActionRow {
    std::string_view path;
    Action action;
};

constexpr std::array action_rows{
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/encrypt/",
              Action::encrypt},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/decrypt/",
              Action::decrypt},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/sign/",
              Action::sign},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/verify/",
              Action::verify},
};

constexpr std::string_view certificate_request_path =
    "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/certificate-request/";

HttpResponse use_key(service::UseKey& use, Action action, RequestContext& context) {
    Json body = read_json(context, operation_limits);
    Mistakes mistakes;
    const Query query(context.query, {}, mistakes);
    service::UseKeyRequest request = read_operations(body, mistakes);
    const bool batch = request.batch;
    request.key_name = context.path_parameters.at(1);
    request.environment = context.path_parameters.at(2);
    request.action = action;
    request.origin = origin_of(context);
    std::optional<LateAnswer> late;
    if (context.request.early != nullptr)
        request.waiter = &late.emplace(*context.request.early, context.request_id);
    HttpResponse response;
    response.body = use_answer(
        use.run(*context.caller, *context.project, std::move(request), std::move(mistakes)), batch);
    context.memory.add(response.body.size());
    return response;
}

HttpResponse request_certificate(service::RequestCertificate& requests, RequestContext& context) {
    Json body = read_json(context, certificate_request_limits);
    Mistakes mistakes;
    const Query query(context.query, {}, mistakes);
    service::CertificateRequestFields fields = read_certificate_request(body, mistakes);
    fields.key_name = context.path_parameters.at(1);
    fields.environment = context.path_parameters.at(2);
    fields.origin = origin_of(context);
    return json_response({{"success", true},
                          {"certificateRequest",
                           requests.run(*context.caller, *context.project, fields, std::move(mistakes))}});
}

}  // namespace

std::vector<Route> use_routes(const service::Workplace& workplace, service::UseKey& use) {
    const std::vector<Permission> using_it{Permission::use};
    std::vector<Route> routes;
    routes.reserve(action_rows.size() + 1);
    for (const ActionRow& row : action_rows)
        routes.push_back(
            {Method::post, row.path, Login::required, using_it, Body::json,
             [&use, action = row.action](RequestContext& context) { return use_key(use, action, context); }});
    const auto requests = std::make_shared<service::RequestCertificate>(workplace, use);
    routes.push_back(
        {Method::post, certificate_request_path, Login::required, using_it, Body::json,
         [requests](RequestContext& context) { return request_certificate(*requests, context); }});
    return routes;
}

}  // namespace keyward::api
