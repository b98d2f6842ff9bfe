#include "api/problem.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "api/json/json_body.hpp"
#include "base/log.hpp"
#include "domain/catalogue.hpp"
#include "domain/token.hpp"

namespace keyward::api {
namespace {

constexpr std::chrono::seconds usual_retry_after{1};

struct Row {
    ErrorKind kind;
    int status;
    std::string_view code;
};

constexpr std::array rows{
    Row{ErrorKind::bad_request, 400, "bad_request"},
    Row{ErrorKind::validation_failed, 400, "validation_failed"},
    Row{ErrorKind::invalid_token, 401, "invalid_token"},
    Row{ErrorKind::token_expired, 401, "token_expired"},
    Row{ErrorKind::forbidden, 403, "forbidden"},
    Row{ErrorKind::not_found, 404, "not_found"},
    Row{ErrorKind::unsupported_media_type, 415, "unsupported_media_type"},
    Row{ErrorKind::conflict, 409, "conflict"},
    Row{ErrorKind::too_many_requests, 429, "too_many_requests"},
    Row{ErrorKind::hsm_unavailable, 503, "hsm_unavailable"},
    Row{ErrorKind::overloaded, 503, "overloaded"},
    Row{ErrorKind::unauthorized_client, 401, "unauthorized_client"},
    Row{ErrorKind::unsupported_grant_type, 400, "unsupported_grant_type"},
    Row{ErrorKind::invalid_request, 400, "invalid_request"},
};

struct FramingRow {
    int status;
    std::string_view code;
};

constexpr std::array framing_rows{
    FramingRow{413, "payload_too_large"},
    FramingRow{500, "internal_error"},
    FramingRow{503, "overloaded"},
};

constexpr auto internal_error_text = "An internal error occurred; quote the requestId when you report it";

void add_standing_headers(http::Response& response, std::string_view code, std::chrono::seconds retry_after) {
    if (response.status == 401)
        response.headers.emplace_back("WWW-Authenticate", "Bearer error=\"" + std::string(code) + "\"");
    if (response.status == 429 || response.status == 503)
        response.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
}

http::Response internal_error(const std::string& request_id, const std::string& reason) {
    log::error("request.failed", {{"request", request_id}, {"reason", reason}});
    return problem(500, "internal_error", internal_error_text, request_id);
}

}  // namespace

http::Response problem(int status, std::string_view code, const std::string& description,
                       const std::string& request_id, const std::vector<FieldError>& details,
                       std::chrono::seconds retry_after) {
    nlohmann::ordered_json body{{"error", code}, {"error_description", description}};
    for (const auto& detail : details)
        body["details"].push_back({{"pointer", detail.pointer}, {"message", detail.message}});
    body["requestId"] = request_id;
    http::Response response;
    response.status = status;
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    add_standing_headers(response, code, retry_after);
    return response;
}

http::Response problem_of(const std::exception_ptr& error, const std::string& request_id) {
    try {
        std::rethrow_exception(error);
    } catch (const ServiceError& known) {
        const auto row = std::ranges::find(rows, known.kind(), &Row::kind);
        return problem(row->status, row->code, known.what(), request_id, known.details(),
                       known.retry_after().value_or(usual_retry_after));
    } catch (const MalformedJson& malformed) {
        return problem(400, "bad_request", malformed.what(), request_id);
    } catch (const CatalogueError& failed) {
        log::error("catalogue.failed", {{"request", request_id}, {"reason", failed.what()}});
        return problem(503, "overloaded", "The catalogue can't be reached at present; try again", request_id);
    } catch (const std::exception& unknown) {
        return internal_error(request_id, unknown.what());
    } catch (...) {
        return internal_error(request_id, "something that is no exception was thrown");
    }
}

http::Response framing_problem(int status, std::string_view what_was_wrong, const std::string& request_id) {
    const auto row = std::ranges::find(framing_rows, status, &FramingRow::status);
    http::Response response =
        problem(status, row == framing_rows.end() ? "bad_request" : row->code,
                status == 500 ? internal_error_text : std::string(what_was_wrong), request_id);
    response.close = true;
    return response;
}

http::Response with_standing_headers(http::Response response, const std::string& request_id) {
    response.headers.emplace_back("X-Request-Id", request_id);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace keyward::api
