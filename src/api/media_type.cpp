#include "api/media_type.hpp"

#include <string_view>

#include "domain/errors.hpp"
#include "http/syntax.hpp"

namespace keyward::api {
namespace {

std::string_view media_type_of(Body body) {
    switch (body) {
        case Body::none:
            return "";
        case Body::json:
        case Body::json_if_any:
            return "application/json";
        case Body::form:
            return "application/x-www-form-urlencoded";
    }
    return "";
}

/// Whether it is the media type, alone or with `charset=utf-8`.
bool is_of_type(std::string_view content_type, std::string_view media_type) {
    const auto semicolon = content_type.find(';');
    if (http::lower_case(http::trimmed(content_type.substr(0, semicolon))) != media_type) return false;
    if (semicolon == std::string_view::npos) return true;
    const std::string parameter = http::lower_case(http::trimmed(content_type.substr(semicolon + 1)));
    return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

}  // namespace

void require_media_type(const http::Request& request, Body body) {
    if (body == Body::none || (body == Body::json_if_any && request.body.empty())) return;
    const std::string_view media_type = media_type_of(body);
    const std::string* content_type = request.header("content-type");
    if (content_type == nullptr || !is_of_type(*content_type, media_type))
        throw ServiceError(ErrorKind::unsupported_media_type,
                           "The body must be sent with Content-Type: " + std::string(media_type));
    const std::string* encoding = request.header("content-encoding");
    if (encoding != nullptr && http::lower_case(*encoding) != "identity")
        throw ServiceError(ErrorKind::unsupported_media_type,
                           "The body must be sent without a Content-Encoding");
}

}  // namespace keyward::api
