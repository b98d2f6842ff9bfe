#include "api/json/request.hpp"

#include "api/json/key_json.hpp"

namespace keyward::api {

Json read_json(RequestContext& context, std::span<const ArrayLimit> limits) {
    const SecretBytes& body = context.request.body;
    const std::size_t octets = copies_of_an_octet * body.size();
    context.memory.resize(octets);
    const std::size_t values = count_json_values(body, limits);
    context.memory.resize(octets + octets_of_a_value * values);
    return parse_json(body);
}

ChangeOptions read_change_options(const QueryParameters& parameters, Mistakes& mistakes) {
    std::vector<std::string_view> known{"onFailure", "dryRun"};
    known.insert(known.end(), about_jwks.begin(), about_jwks.end());
    Query query(parameters, known, mistakes);
    return {query.choice("onFailure", {"rollback"}).has_value(), query.flag("dryRun")};
}

void refuse_removal_options(RequestContext& context) {
    Mistakes mistakes;
    const Query query(context.query, about_jwks, mistakes);
    if (!context.request.body.empty()) {
        Json body = read_json(context, {});
        read_removal(body, mistakes);
    }
    if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
}

Origin origin_of(const RequestContext& context) {
    Origin origin{.request_id = context.request_id,
                  .client_address = context.request.remote_address,
                  .repeat = std::nullopt};
    if (context.idempotency_key)
        origin.repeat =
            IdempotencyKey{.user_id = context.caller->user_id,
                           .key = *context.idempotency_key,
                           .answer = [](const DeploymentReport& report) { return answer_of(report).body; }};
    return origin;
}

http::Response answer_of(const DeploymentReport& report) {
    return json_response(deployment_json(report));
}

}  // namespace keyward::api
