#include "api/problem.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "api/error_table.hpp"
#include "api/json/json_body.hpp"
#include "base/log.hpp"
#include "domain/catalogue.hpp"
#include "domain/token.hpp"

namespace keyward::api {
namespace {

constexpr auto internal_error_text = "An internal error occurred; quote the requestId when you report it";

void add_standing_headers(http::Response& response, const ErrorRow& row, std::chrono::seconds retry_after) {
    if (row.status == 401)
        response.headers.emplace_back("WWW-Authenticate", "Bearer error=\"" + std::string(row.code) + "\"");
    if (row.retry_after) response.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
}

http::Response internal_error(const std::string& request_id, const std::string& reason) {
    log::error("request.failed", {{"request", request_id}, {"reason", reason}});
    return problem(ErrorKind::internal_error, internal_error_text, request_id);
}

}  // namespace

http::Response problem(ErrorKind kind, const std::string& description, const std::string& request_id,
                       const std::vector<FieldError>& details, std::chrono::seconds retry_after) {
    const ErrorRow& row = row_of(kind);
    nlohmann::ordered_json body{{"error", row.code}, {"error_description", description}};
    for (const auto& detail : details)
        body["details"].push_back({{"pointer", detail.pointer}, {"message", detail.message}});
    body["requestId"] = request_id;
    http::Response response;
    response.status = row.status;
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    add_standing_headers(response, row, retry_after);
    return response;
}

http::Response problem_of(const std::exception_ptr& error, const std::string& request_id) {
    try {
        std::rethrow_exception(error);
    } catch (const ServiceError& known) {
        return problem(known.kind(), known.what(), request_id, known.details(),
                       known.retry_after().value_or(usual_retry_after));
    } catch (const MalformedJson& malformed) {
        return problem(ErrorKind::bad_request, malformed.what(), request_id);
    } catch (const CatalogueError& failed) {
        log::error("catalogue.failed", {{"request", request_id}, {"reason", failed.what()}});
        return problem(ErrorKind::overloaded, "The catalogue can't be reached at present; try again",
                       request_id);
    } catch (const std::exception& unknown) {
        return internal_error(request_id, unknown.what());
    } catch (...) {
        return internal_error(request_id, "something other than an exception was thrown");
    }
}

http::Response framing_problem(int status, std::string_view what_was_wrong, const std::string& request_id) {
    const auto row = std::ranges::find(framing_table(), status, &FramingRow::status);
    const ErrorKind kind = row == framing_table().end() ? ErrorKind::bad_request : row->kind;
    http::Response response =
        problem(kind, kind == ErrorKind::internal_error ? internal_error_text : std::string(what_was_wrong),
                request_id);
    response.status = status;
    response.close = true;
    return response;
}

http::Response with_standing_headers(http::Response response, const std::string& request_id) {
    response.headers.emplace_back("X-Request-Id", request_id);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace keyward::api
