#include "api/handlers/handlers.hpp"
#include "api/json/form_body.hpp"
#include "api/json/key_json.hpp"
#include "api/query.hpp"
#include "base/client_text.hpp"
#include "base/text.hpp"

namespace keyward::api {
namespace {

void require_client_credentials(const Form& form) {
    const SecretBytes* grant_type = form.find("grant_type");
    if (grant_type == nullptr || grant_type->reveal_text() != "client_credentials")
        throw ServiceError(ErrorKind::unsupported_grant_type, "GrantType value must be client_credentials!");
}

/// Describes every mistake in the parameters.
std::string mistakes_in(const Form& form) {
    std::string text;
    const auto add = [&text](const std::string& mistake) { append_item(text, mistake, "; "); };
    for (const char* name : {"client_id", "client_secret"})
        if (form.find(name) == nullptr) add(std::string(name) + " is missing");
    if (const auto* id = form.find("client_id");
        id != nullptr && !id->empty() && !can_be_name(id->reveal_text()))
        add("client_id must have at most 255 bytes without control characters");
    if (const auto others = form.count_others({"grant_type", "client_id", "client_secret"}); others > 0)
        add(std::to_string(others) +
            " of the parameters are not grant_type, client_id or client_secret; an & in a value is sent as "
            "%26");
    return text;
}

}  // namespace

http::Response log_in(UseCases& use_cases, RequestContext& context) {
    const Form form(context.request.body);
    refuse_query(context.query);
    require_client_credentials(form);
    if (const std::string mistakes = mistakes_in(form); !mistakes.empty())
        throw ServiceError(ErrorKind::invalid_request, mistakes);
    const std::string user_name(form.find("client_id")->reveal_text());
    const service::LoginToken made = use_cases.login.run(
        {user_name, *form.find("client_secret"), context.request.remote_address, context.request_id});
    const OrderedJson json{{"access_token", made.token.reveal_text()},
                           {"token_type", "Bearer"},
                           {"expires_in", made.lifetime.count()}};
    http::Response response;
    response.body = json.dump();
    return response;
}

}  // namespace keyward::api
