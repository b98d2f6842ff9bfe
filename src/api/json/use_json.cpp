#include "api/json/use_json.hpp"

#include <array>

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

namespace {

using service::OperationFields;

constexpr TextRule subject_rule{1, 4096};
constexpr ArrayLimit batch_limit = operation_limits.front();
constexpr ArrayLimit names_limit = certificate_request_limits.front();

/// The members of an operation.
constexpr std::array<std::string_view, 9> operation_members{
    "mechanism", "input", "digest", "iv", "aad", "tag", "signature", "hash", "format"};

std::optional<Bytes> public_octets(Fields& fields, std::string_view name) {
    const auto octets = fields.octets(name);
    if (!octets) return std::nullopt;
    return Bytes(octets->reveal().begin(), octets->reveal().end());
}

OperationFields read_operation(Fields& fields) {
    OperationFields operation;
    operation.pointer = fields.pointer();
    operation.mechanism = fields.text("mechanism", choice_rule).value_or("");
    operation.input = fields.octets("input");
    operation.digest = public_octets(fields, "digest");
    operation.iv = public_octets(fields, "iv");
    operation.aad = public_octets(fields, "aad");
    operation.tag = public_octets(fields, "tag");
    operation.signature = public_octets(fields, "signature");
    operation.hash = fields.text("hash", choice_rule);
    operation.format = fields.text("format", choice_rule);
    return operation;
}

void refuse_members_beside_batch(Fields& fields) {
    for (const std::string_view name : operation_members)
        if (fields.has(name)) fields.mistake(name, "can't stand beside batch; it belongs into its entries");
    fields.ignore({operation_members.begin(), operation_members.end()});
}

}  // namespace

service::UseKeyRequest read_operations(Json& body, Mistakes& mistakes) {
    service::UseKeyRequest request;
    if (!is_object(body, mistakes)) return request;
    Fields fields(body, "", mistakes);
    request.batch = fields.has("batch");
    if (request.batch) {
        fields.required_objects("batch", batch_limit.min, batch_limit.max, [&](Fields& entry, std::size_t) {
            request.operations.push_back(read_operation(entry));
        });
        refuse_members_beside_batch(fields);
    } else {
        fields.ignore({"batch"});
        request.operations.push_back(read_operation(fields));
    }
    fields.finish();
    return request;
}

service::CertificateRequestFields read_certificate_request(Json& body, Mistakes& mistakes) {
    service::CertificateRequestFields request;
    if (!is_object(body, mistakes)) return request;
    Fields fields(body, "", mistakes);
    request.subject = fields.required_text("subject", subject_rule).value_or("");
    request.alternative_names = fields.texts("subjectAltNames", names_limit.min, names_limit.max)
                                    .value_or(std::vector<std::string>{});
    request.mechanism = fields.text("mechanism", choice_rule).value_or("");
    fields.finish();
    return request;
}

}  // namespace keyward::api
