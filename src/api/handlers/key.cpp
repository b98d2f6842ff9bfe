#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"
#include "api/json/request.hpp"

namespace keyward::api {

http::Response get_key(UseCases& use_cases, RequestContext& context) {
    refuse_query(context.query);
    return key_list({use_cases.read->one(*context.caller, *context.project, context.path.at("keyName"))},
                    OrderedJson::object());
}

http::Response update_key(UseCases& use_cases, RequestContext& context) {
    Json body = read_json(context, update_limits);
    Mistakes mistakes;
    const ChangeOptions options = read_change_options(context.query, mistakes);
    service::UpdateKeyRequest request = read_update_key(body, mistakes);
    request.key_name = context.path.at("keyName");
    request.roll_back_on_failure = options.roll_back;
    request.dry_run = options.dry_run;
    request.origin = origin_of(context);
    return answer_of(
        use_cases.update.run(*context.caller, *context.project, std::move(request), std::move(mistakes)));
}

http::Response delete_key(UseCases& use_cases, RequestContext& context) {
    refuse_removal_options(context);
    return answer_of(use_cases.remove.remove(*context.caller, *context.project, context.path.at("keyName"),
                                             origin_of(context)));
}

http::Response deploy_key(UseCases& use_cases, RequestContext& context) {
    Json body = read_json(context, {});
    Mistakes mistakes;
    const ChangeOptions options = read_change_options(context.query, mistakes);
    service::UpdateKeyRequest request = read_environment(body, context.path.at("environmentName"), mistakes);
    request.key_name = context.path.at("keyName");
    request.roll_back_on_failure = options.roll_back;
    request.dry_run = options.dry_run;
    request.origin = origin_of(context);
    return answer_of(
        use_cases.update.run(*context.caller, *context.project, std::move(request), std::move(mistakes)));
}

http::Response undeploy_key(UseCases& use_cases, RequestContext& context) {
    refuse_removal_options(context);
    return answer_of(use_cases.remove.undeploy(*context.caller, *context.project, context.path.at("keyName"),
                                               context.path.at("environmentName"), origin_of(context)));
}

}  // namespace keyward::api
