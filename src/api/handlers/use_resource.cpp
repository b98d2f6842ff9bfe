#include "api/handlers/use_resource.hpp"

#include <array>
#include <memory>
#include <optional>

#include "api/deadline_response.hpp"
#include "api/json/change_request.hpp"
#include "api/json/json_request.hpp"
#include "api/json/key_json.hpp"
#include "api/json/operation_fields.hpp"
#include "api/json/use_json.hpp"
#include "service/operations/certificate_request.hpp"

namespace keyward::api {
namespace {

struct ActionRow {
    std::string_view path;
    CryptoOperation action;
};

constexpr std::array action_rows{
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/encrypt/",
              CryptoOperation::encrypt},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/decrypt/",
              CryptoOperation::decrypt},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/sign/",
              CryptoOperation::sign},
    ActionRow{"/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/verify/",
              CryptoOperation::verify},
};

constexpr std::string_view certificate_request_path =
    "/apiops/projects/{projectName}/keys/{keyName}/environments/{environmentName}/certificate-request/";

http::Response use_key(service::UseKey& use, CryptoOperation action, RequestContext& context) {
    Json body = read_json(context, operation_limits);
    Mistakes mistakes;
    const Query query(context.query, {}, mistakes);
    service::UseKeyRequest request = read_operations(body, mistakes);
    const bool batch = request.batch;
    request.key_name = context.path_parameters.at(1);
    request.environment = context.path_parameters.at(2);
    request.action = action;
    request.origin = origin_of(context);
    std::optional<DeadlineResponse> late;
    if (context.request.early != nullptr)
        request.responder = &late.emplace(*context.request.early, context.request_id);
    http::Response response;
    response.body = use_answer(
        use.run(*context.caller, *context.project, std::move(request), std::move(mistakes)), batch);
    context.memory.add(response.body.size());
    return response;
}

http::Response request_certificate(service::RequestCertificate& requests, RequestContext& context) {
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

std::vector<Route> use_routes(const service::ServiceContext& service_context, service::UseKey& use) {
    const std::vector<Permission> using_it{Permission::use};
    std::vector<Route> routes;
    routes.reserve(action_rows.size() + 1);
    for (const ActionRow& row : action_rows)
        routes.push_back(
            {http::Method::post, row.path, Login::required, using_it, Body::json,
             [&use, action = row.action](RequestContext& context) { return use_key(use, action, context); }});
    const auto requests = std::make_shared<service::RequestCertificate>(service_context, use);
    routes.push_back(
        {http::Method::post, certificate_request_path, Login::required, using_it, Body::json,
         [requests](RequestContext& context) { return request_certificate(*requests, context); }});
    return routes;
}

}  // namespace keyward::api
