#include "api/keys_resource.hpp"

#include <memory>

#include "api/change_request.hpp"
#include "api/cursor.hpp"
#include "api/json_body.hpp"
#include "api/key_fields.hpp"
#include "api/key_json.hpp"
#include "service/create_key.hpp"

namespace keyward::api {
namespace {

using service::Permission;

constexpr std::size_t largest_page = 1000;
constexpr std::size_t longest_name = 255;

HttpResponse create_key(service::CreateKey& creator, RequestContext& context) {
    Json body = parse_json(context.request.body);
    Mistakes mistakes;
    const ChangeOptions options = read_change_options(context.query, mistakes);
    service::CreateKeyRequest request = read_create_key(body, mistakes);
    request.roll_back_on_failure = options.roll_back;
    request.dry_run = options.dry_run;
    request.origin = origin_of(context);
    return answer_of(creator.run(*context.caller, *context.project, request, std::move(mistakes)));
}

service::KeyFilter read_filter(const QueryParameters& parameters) {
    Mistakes mistakes;
    Query query(parameters, {"limit", "cursor", "name", "keyType", "environmentName"}, mistakes);
    service::KeyFilter filter;
    filter.limit = query.number("limit", 1, largest_page);
    filter.name = query.text("name", longest_name);
    if (const auto type = query.choice("keyType", {"SECRET_KEY", "PRIVATE_KEY", "PUBLIC_KEY", "RSA"}))
        filter.type = keys::key_type_from(*type);
    filter.environment = query.text("environmentName", longest_name);
    if (const auto cursor = query.text("cursor", longest_cursor)) {
        filter.after = name_of_cursor(*cursor);
        if (!filter.after) query.mistake("cursor", "must be a nextCursor of an answer before");
    }
    if (!mistakes.empty()) throw service::ServiceError(std::move(mistakes));
    return filter;
}

HttpResponse list_keys(service::ReadKeys& reader, RequestContext& context) {
    const service::KeyFilter filter = read_filter(context.query);
    const service::KeyPage page = reader.list(*context.caller, *context.project, filter);
    OrderedJson more = OrderedJson::object();
    if (filter.limit)
        more["nextCursor"] = page.next ? OrderedJson(cursor_of_name(*page.next)) : OrderedJson(nullptr);
    return key_list(page.keys, more);
}

}  // namespace

std::vector<Route> keys_routes(const service::Workplace& workplace,
                               const std::shared_ptr<service::ReadKeys>& reader) {
    const auto creator = std::make_shared<service::CreateKey>(workplace);
    return {
        {Method::post,
         "/apiops/projects/{projectName}/keys/",
         Login::required,
         {Permission::manage, Permission::deploy_undeploy},
         Body::json,
         [creator](RequestContext& context) { return create_key(*creator, context); },
         true},
        {Method::get,
         "/apiops/projects/{projectName}/keys/",
         Login::required,
         {},
         Body::none,
         [reader](RequestContext& context) { return list_keys(*reader, context); }},
    };
}

}  // namespace keyward::api
