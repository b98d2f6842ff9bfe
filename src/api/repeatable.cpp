#include "api/repeatable.hpp"

#include <algorithm>

#include "service/errors.hpp"

namespace keyward::api {
namespace {

constexpr std::size_t longest_key = 255;

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

/// The guard lets no second one in.
std::optional<std::string> read_idempotency_key(const HttpRequest& request) {
    const std::string* key = request.header("idempotency-key");
    if (key == nullptr) return std::nullopt;
    if (key->empty() || key->size() > longest_key || !std::ranges::all_of(*key, is_printable))
        throw service::ServiceError(std::vector<service::FieldError>{
            {"Idempotency-Key", "must have 1 to 255 printable ASCII characters, as a UUID has"}});
    return *key;
}

bool is_dry_run(const RequestContext& context) {
    return std::ranges::find(context.query, std::pair<std::string, std::string>("dryRun", "true")) !=
           context.query.end();
}

HttpResponse replayed(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
}

}  // namespace

Handler repeatable(service::Repeats& repeats, Handler handler) {
    return [&repeats, handler = std::move(handler)](RequestContext& context) {
        context.idempotency_key = read_idempotency_key(context.request);
        if (!context.idempotency_key) return handler(context);
        HttpResponse response;
        auto earlier = repeats.run({context.caller->user_id, *context.idempotency_key},
                                   {context.request.method_name, path_segments(context.request.path).value(),
                                    context.query, context.request.body.reveal()},
                                   [&]() -> std::optional<std::string> {
                                       response = handler(context);
                                       if (response.status != 200 || is_dry_run(context)) return std::nullopt;
                                       return response.body;
                                   });
        return earlier ? replayed(*std::move(earlier)) : std::move(response);
    };
}

}  // namespace keyward::api
