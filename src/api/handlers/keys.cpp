#include <memory>

#include "api/handlers/handlers.hpp"
#include "api/json/key_json.hpp"
#include "api/json/request.hpp"
#include "api/uri.hpp"
#include "base/client_text.hpp"

namespace keyward::api {
namespace {

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
    if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
    return filter;
}

/// The pages after the first one, and the end of the list.
http::NextPart rest_of_list(std::shared_ptr<service::ReadKeys> reader, const RequestContext& context,
                            service::KeyFilter filter, std::size_t count) {
    return [reader = std::move(reader), caller = *context.caller, project = *context.project,
            filter = std::move(filter), count]() mutable -> std::optional<std::string> {
        if (!filter.after) return std::nullopt;
        const service::KeyPage page = reader->list(caller, project, filter);
        count += page.keys.size();
        filter.after = page.next;
        std::string part;
        for (const service::KeyText& key : page.keys)
            part.append(",").append(*key);
        if (!filter.after) part.append("],").append(list_end(count, OrderedJson::object()));
        return part;
    };
}

/// All keys. A list of one page is answered at once. A longer one is answered page by page, as fast as the
/// client takes it. Each page is read when it is sent, so keys that are created or deleted during the answer
/// may or may not be in it.
http::Response list_all_keys(const std::shared_ptr<service::ReadKeys>& reader, const RequestContext& context,
                             service::KeyFilter filter) {
    filter.limit = page_of_whole_list;
    const service::KeyPage page = reader->list(*context.caller, *context.project, filter);
    if (!page.next) return key_list(page.keys, OrderedJson::object());
    http::Response response;
    response.body = list_start(page.keys);
    filter.after = page.next;
    response.next = rest_of_list(reader, context, std::move(filter), page.keys.size());
    return response;
}

}  // namespace

http::Response create_key(UseCases& use_cases, RequestContext& context) {
    Json body = read_json(context, create_limits);
    Mistakes mistakes;
    const ChangeOptions options = read_change_options(context.query, mistakes);
    service::CreateKeyRequest request = read_create_key(body, mistakes);
    request.roll_back_on_failure = options.roll_back;
    request.dry_run = options.dry_run;
    request.origin = origin_of(context);
    return answer_of(use_cases.create.run(*context.caller, *context.project, request, std::move(mistakes)));
}

http::Response list_keys(UseCases& use_cases, RequestContext& context) {
    service::KeyFilter filter = read_filter(context.query);
    if (!filter.limit) return list_all_keys(use_cases.read, context, std::move(filter));
    const service::KeyPage page = use_cases.read->list(*context.caller, *context.project, filter);
    OrderedJson more = OrderedJson::object();
    more["nextCursor"] = page.next ? OrderedJson(cursor_of_name(*page.next)) : OrderedJson(nullptr);
    return key_list(page.keys, more);
}

}  // namespace keyward::api
