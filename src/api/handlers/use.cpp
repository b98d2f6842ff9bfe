#include <optional>

#include "api/deadline_response.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json/change_request.hpp"
#include "api/json/json_request.hpp"
#include "api/json/key_json.hpp"
#include "api/json/operation_fields.hpp"
#include "api/json/use_json.hpp"

namespace keyward::api {
http::Response use_key(UseCases& use_cases, RequestContext& context, CryptoOperation operation) {
    Json body = read_json(context, operation_limits);
    Mistakes mistakes;
    const Query query(context.query, {}, mistakes);
    service::UseKeyRequest request = read_operations(body, mistakes);
    const bool batch = request.batch;
    request.key_name = context.path.at("keyName");
    request.environment = context.path.at("environmentName");
    request.action = operation;
    request.origin = origin_of(context);
    std::optional<DeadlineResponse> late;
    if (context.request.early != nullptr)
        request.responder = &late.emplace(*context.request.early, context.request_id);
    http::Response response;
    response.body = use_answer(
        use_cases.use.run(*context.caller, *context.project, std::move(request), std::move(mistakes)), batch);
    context.memory.add(response.body.size());
    return response;
}

http::Response request_certificate(UseCases& use_cases, RequestContext& context) {
    Json body = read_json(context, certificate_request_limits);
    Mistakes mistakes;
    const Query query(context.query, {}, mistakes);
    service::CertificateRequestFields fields = read_certificate_request(body, mistakes);
    fields.key_name = context.path.at("keyName");
    fields.environment = context.path.at("environmentName");
    fields.origin = origin_of(context);
    return json_response({{"success", true},
                          {"certificateRequest", use_cases.certificates.run(*context.caller, *context.project,
                                                                            fields, std::move(mistakes))}});
}

}  // namespace keyward::api
