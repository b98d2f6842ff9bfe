#include "api/json/use_json.hpp"

#include "api/json/json_body.hpp"
#include "base/base64.hpp"

namespace keyward::api {
namespace {

using service::UseResult;

/// Upper bound of a result's size without its octets.
constexpr std::size_t frame_size = 80;

template <typename Octets>
std::size_t text_size(const std::optional<Octets>& octets) {
    return octets ? base64_size(octets->size()) : 0;
}

std::size_t text_size(const UseResult& result) {
    return frame_size + result.message.size() + text_size(result.output) + text_size(result.signature) +
           text_size(result.iv) + text_size(result.tag);
}

/// Appends one member with octets; base64 needs no escapes.
void append_octets(std::string& text, std::string_view name, ByteView octets) {
    text.append(",\"").append(name).append("\":\"");
    append_base64(text, octets);
    text += '"';
}

void append_result(std::string& text, const UseResult& result) {
    text.append(result.success ? R"({"success":true)" : R"({"success":false)");
    if (!result.success)
        text.append(",\"message\":")
            .append(Json(result.message).dump(-1, ' ', false, Json::error_handler_t::replace));
    if (result.retry_after)
        text.append(",\"retryAfter\":").append(std::to_string(result.retry_after->count()));
    if (result.output) append_octets(text, "output", result.output->reveal());
    if (result.iv) append_octets(text, "iv", *result.iv);
    if (result.tag) append_octets(text, "tag", *result.tag);
    if (result.signature) append_octets(text, "signature", *result.signature);
    if (result.valid) text.append(*result.valid ? ",\"valid\":true" : ",\"valid\":false");
    text += '}';
}

}  // namespace

std::string use_answer(const std::vector<UseResult>& results, bool batch) {
    std::string text;
    std::size_t size = frame_size;
    for (const UseResult& result : results)
        size += text_size(result);
    text.reserve(size);  // a growing text would leave copies in freed memory
    if (!batch) {
        append_result(text, results.front());
        return text;
    }
    text.append(R"({"success":true,"results":[)");
    for (const UseResult& result : results) {
        if (&result != &results.front()) text += ',';
        append_result(text, result);
    }
    return text.append("]}");
}

}  // namespace keyward::api
