#include "http/head.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/syntax.hpp"

namespace keyward::http {
namespace {

struct NamedMethod {
    std::string_view name;
    Method method;
};

constexpr std::array methods{
    NamedMethod{"GET", Method::get},         NamedMethod{"HEAD", Method::head},
    NamedMethod{"POST", Method::post},       NamedMethod{"PUT", Method::put},
    NamedMethod{"PATCH", Method::patch},     NamedMethod{"DELETE", Method::del},
    NamedMethod{"OPTIONS", Method::options},
};

/// Fields that affect decisions here or in the routes. With two of them it would be unclear which one counts.
constexpr std::array<std::string_view, 8> fields_sent_once{
    "authorization", "content-length",  "content-type", "expect",
    "host",          "idempotency-key", "x-request-id", "transfer-encoding"};

Method method_of(std::string_view name) {
    const auto found = std::ranges::find(methods, name, &NamedMethod::name);
    return found == methods.end() ? Method::other : found->method;
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// HTTP-version of RFC 9112 2.3: `HTTP/` DIGIT `.` DIGIT.
bool is_version(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

Refusal bad_request(std::string reason) {
    return {400, std::move(reason)};
}

std::optional<Refusal> check_version(std::string_view version) {
    if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
    if (!is_version(version)) return bad_request("the request line must end with HTTP/1.1 after one space");
    return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are supported"};
}

/// All values above the limit are equal to the caller, so the sum stops growing there and cannot overflow.
std::optional<std::size_t> parse_content_length(std::string_view digits, std::size_t limit) {
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    std::size_t length = 0;
    for (const char digit : digits) {
        length = length * 10 + static_cast<std::size_t>(digit - '0');
        if (length > limit) return limit + 1;
    }
    return length;
}

bool wants_persistence(const Request& request, bool http_1_0) {
    bool keep_alive = false;
    for (const auto& [name, value] : request.headers) {
        if (name != "connection") continue;
        if (list_has_token(value, "close")) return false;
        keep_alive = keep_alive || list_has_token(value, "keep-alive");
    }
    return keep_alive || !http_1_0;
}

}  // namespace

std::optional<Refusal> RequestHead::add_request_line(std::string_view line, const ReaderLimits& limits) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos)
        return bad_request(
            "the request line must be a method, a path and HTTP/1.1 with one space between them");
    const auto method = line.substr(0, first);
    if (!is_token(method) || method.size() > limits.max_method)
        return bad_request("the method must be a token of at most " + std::to_string(limits.max_method) +
                           " letters");
    const auto version = line.substr(second + 1);
    if (auto refusal = check_version(version)) return refusal;
    request.method_name = method;
    request.method = method_of(method);
    http_1_0 = version == "HTTP/1.0";
    return check_target(line.substr(first + 1, second - first - 1), limits);
}

std::optional<Refusal> RequestHead::check_target(std::string_view target, const ReaderLimits& limits) {
    if (target.size() > limits.max_target)
        return Refusal{
            414, "the path with its query is longer than " + std::to_string(limits.max_target) + " bytes"};
    if (!target.starts_with('/'))
        return bad_request(
            "the path must begin with a slash; whole URLs and * are not accepted in a request line");
    if (target.starts_with("//")) return bad_request("the path must begin with one slash, not with two");
    if (!std::ranges::all_of(target, is_target_octet))
        return bad_request("the path or query contains a character that must be percent-encoded (RFC 3986)");
    if (!percent_signs_are_whole(target))
        return bad_request("a percent sign in the path or query must be followed by two hexadecimal digits");
    const auto question_mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question_mark);
    request.query = target.substr(std::min(question_mark + 1, target.size()));
    return std::nullopt;
}

std::optional<Refusal> RequestHead::add_field_line(std::string_view line, const ReaderLimits& limits) {
    if (request.headers.size() == limits.max_fields)
        return Refusal{431, "there are more than " + std::to_string(limits.max_fields) + " header fields"};
    if (line.starts_with(' ') || line.starts_with('\t'))
        return bad_request("a header line begins with a space: folded lines are obsolete and not accepted");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return bad_request("a header line has no colon");
    if (!is_token(line.substr(0, colon)))
        return bad_request("a header name must be a token, directly followed by the colon");
    auto name = lower_case(line.substr(0, colon));
    const bool once = std::ranges::find(fields_sent_once, name) != fields_sent_once.end();
    if (once && request.header(name) != nullptr)
        return bad_request("the header " + name + " must not be sent twice");
    request.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    return std::nullopt;
}

std::optional<Refusal> RequestHead::finish(const ReaderLimits& limits) {
    const auto* host = request.header("host");
    if (host == nullptr && !http_1_0)
        return bad_request("the header host is missing, which HTTP/1.1 requires");
    if (host != nullptr && !is_host(*host))
        return bad_request("the header host must be a host and perhaps a port");
    if (request.header("transfer-encoding") != nullptr)
        return Refusal{501, "transfer codings are not supported: send the body with content-length"};
    if (const auto* length = request.header("content-length")) {
        const auto parsed = parse_content_length(*length, limits.max_body);
        if (!parsed) return bad_request("the header content-length must be one decimal number");
        if (*parsed > limits.max_body)
            return Refusal{413, "the body is larger than " + std::to_string(limits.max_body) + " bytes"};
        content_length = *parsed;
    }
    // RFC 9110 10.1.1: an expectation in an HTTP/1.0 request is ignored.
    if (const auto* expect = request.header("expect"); expect != nullptr && !http_1_0) {
        if (lower_case(*expect) != "100-continue")
            return Refusal{417, std::string("the only supported expectation is 100-continue")};
        expects_continue = true;
    }
    persistent = wants_persistence(request, http_1_0);
    return std::nullopt;
}

}  // namespace keyward::http
