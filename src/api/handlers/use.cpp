#include <optional>

#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"
#include "api/json/request.hpp"
#include "api/json/use_json.hpp"
#include "api/problem.hpp"
#include "base/contain.hpp"

namespace keyward::api {
namespace {

/// Answers a request whose handler is blocked in a token. The client and the request id must outlive it.
class DeadlineResponse final : public service::DeadlineResponder {
  public:
    DeadlineResponse(http::EarlyResponder& client, const std::string& request_id)
        : client_(client), request_id_(request_id) {}

    void give_up(const ServiceError& why) noexcept override {
        // Without memory the client gets no answer before the handler ends.
        contain("answer before the handler's end", [&] {
            client_.answer_early(
                with_standing_headers(problem_of(std::make_exception_ptr(why), request_id_), request_id_));
        });
    }

  private:
    http::EarlyResponder& client_;
    const std::string& request_id_;
};

}  // namespace

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
