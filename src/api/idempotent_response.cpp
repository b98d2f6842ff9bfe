#include "api/idempotent_response.hpp"

#include <algorithm>

#include "api/json/json_body.hpp"
#include "domain/errors.hpp"
#include "domain/key_text.hpp"

namespace keyward::api {
namespace {

constexpr std::size_t longest_key = 255;

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

/// The HTTP reader refuses a second Idempotency-Key header.
std::optional<std::string> read_idempotency_key(const http::Request& request) {
    const std::string* key = request.header("idempotency-key");
    if (key == nullptr) return std::nullopt;
    if (key->empty() || key->size() > longest_key || !std::ranges::all_of(*key, is_printable))
        throw ServiceError(std::vector<FieldError>{
            {"Idempotency-Key", "must have 1 to 255 printable ASCII characters, as a UUID has"}});
    return *key;
}

bool is_dry_run(const RequestContext& context) {
    return std::ranges::find(context.query, std::pair<std::string, std::string>("dryRun", "true")) !=
           context.query.end();
}

/// An answer names environments, and grants may have been revoked since it was stored.
void require_sight(const std::string& answer, const RequestContext& context) {
    const Json json = Json::parse(answer);
    for (const Json& result : json.at("deploymentResult").at("environmentResults")) {
        const auto environment = result.at("environmentName").get<std::string>();
        if (!context.caller->sees(*context.project, environment)) throw environment_not_found(environment);
    }
}

http::Response replayed(std::string body) {
    http::Response response;
    response.body = std::move(body);
    response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
}

}  // namespace

Handler repeatable(service::IdempotentRequests& repeats, Handler handler) {
    return [&repeats, handler = std::move(handler)](RequestContext& context) {
        context.idempotency_key = read_idempotency_key(context.request);
        if (!context.idempotency_key) return handler(context);
        http::Response response;
        auto earlier = repeats.run({context.caller->user_id, *context.idempotency_key},
                                   {context.request.method_name, path_segments(context.request.path).value(),
                                    context.query, context.request.body.reveal()},
                                   [&]() -> std::optional<std::string> {
                                       response = handler(context);
                                       if (response.status != 200 || is_dry_run(context)) return std::nullopt;
                                       return response.body;
                                   });
        if (!earlier) return response;
        require_sight(*earlier, context);
        return replayed(*std::move(earlier));
    };
}

}  // namespace keyward::api
