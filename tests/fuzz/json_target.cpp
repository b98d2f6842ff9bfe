#include <algorithm>
#include <optional>
#include <set>

#include "api/json/form_body.hpp"
#include "api/json/key_json.hpp"
#include "api/json/use_json.hpp"
#include "base/base64.hpp"
#include "base/client_text.hpp"
#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

using api::Json;
using api::Mistakes;

constexpr std::size_t most_nested = 32;
constexpr std::string_view not_json = "The body is not valid JSON at byte ";
constexpr std::array list_limits{api::new_environments_limit, api::mechanisms_limit,
                                 api::operation_limits.front(), api::certificate_request_limits.front()};

std::size_t count_values(const Json& json) {
    std::size_t count = 1;
    if (json.is_structured())
        for (const Json& element : json)
            count += count_values(element);
    return count;
}

std::size_t depth_of(const Json& json) {
    std::size_t deepest = 0;
    if (!json.is_structured()) return 0;
    for (const Json& element : json)
        deepest = std::max(deepest, depth_of(element));
    return deepest + 1;
}

/// Visits every string of a document, and every name of a member.
template <typename Value, typename Name>
void visit_texts(const Json& json, const Value& value, const Name& name) {
    if (json.is_string()) value(json.get_ref<const std::string&>());
    if (json.is_array())
        for (const Json& element : json)
            visit_texts(element, value, name);
    if (!json.is_object()) return;
    for (const auto& [member, element] : json.get_ref<const Json::object_t&>()) {
        name(member);
        visit_texts(element, value, name);
    }
}

/// What a JSON pointer repeats of a document: without the escapes of RFC 6901, and without the long name of a
/// field, of which a name in the document may be a part.
std::string unescaped(std::string pointer) {
    constexpr std::string_view list = "/cryptoKeyInfoEnvironmentList";
    if (pointer.starts_with(list)) pointer.erase(0, list.size());
    for (const auto& [escape, character] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}})
        for (std::size_t at = pointer.find(escape); at != std::string::npos;
             at = pointer.find(escape, at + 1))
            pointer.replace(at, 2, character);
    return pointer;
}

void check_mistake(const FieldError& mistake, const Json& document) {
    expect(!mistake.message.empty() && mistake.message.size() < 256, "a mistake is one short sentence");
    expect(is_utf8(mistake.pointer) && !has_control_characters(mistake.pointer), "a pointer is plain text");
    const std::string pointer = unescaped(mistake.pointer);
    visit_texts(
        document,
        [&](const std::string& value) {
            expect(!repeats(mistake.message, value), "a mistake repeats nothing of a value");
        },
        [&](const std::string& name) {
            const bool is_long_secret = name.size() >= 16 && !looks_like_name(name);
            expect(!is_long_secret || pointer.find(name) == std::string::npos,
                   "a pointer holds no name that may be a secret");
        });
}

void check_mistakes(const Mistakes& mistakes, const Json& document) {
    constexpr std::size_t most_checked = 64;
    // An entry of a list may lack up to three members, and the outermost object some more.
    expect(mistakes.size() <= 3 * count_values(document) + 16, "there are not more mistakes than values");
    for (std::size_t i = 0; i < std::min(mistakes.size(), most_checked); ++i)
        check_mistake(mistakes[i], document);
}

bool is_plain_text(std::string_view text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most && is_utf8(text) &&
           text.find('\0') == std::string_view::npos;
}

/// The secrets of an entry are no longer in the document that they were read from.
void check_entry(const service::EnvironmentEntry& entry, const Json& document) {
    expect(is_plain_text(entry.environment, 1, 255), "an environment has a name");
    expect(is_plain_text(entry.alias, 0, 255) && !has_control_characters(entry.alias), "an alias is a name");
    for (const auto* const secret : {&entry.content, &entry.private_key})
        expect(!*secret || !(*secret)->empty(), "key material is not empty");
    const Json& source = entry.pointer.empty() ? document : document.at(Json::json_pointer(entry.pointer));
    for (const char* member : {"content", "publicKey", "privateKey"})
        expect(!source.contains(member) || source[member].is_null() || source[member] == Json(""),
               "key material is moved out of the document");
}

template <typename Request>
void check_entries(const Request& request, const Json& document) {
    std::set<std::string> names;
    for (const auto& entry : request.environments) {
        check_entry(entry, document);
        expect(names.insert(entry.environment).second, "no environment occurs twice");
    }
}

bool reads_create(Json document, Mistakes& mistakes) {
    const auto request = api::read_create_key(document, mistakes);
    if (!mistakes.empty()) return false;
    expect(is_plain_text(request.name, 1, 255) && !has_control_characters(request.name), "a key has a name");
    expect(is_plain_text(request.description, 0, 4096), "a description is text");
    expect(request.type.has_value(), "a new key has a type");
    expect(!request.environments.empty() && request.environments.size() <= 32, "a new key has environments");
    expect(!request.mechanisms || !request.mechanisms->empty(), "a list of mechanisms is not empty");
    check_entries(request, document);
    for (const auto& entry : request.environments)
        expect(entry.content || request.type == keys::KeyType::rsa, "an entry has content");
    return true;
}

bool reads_update(Json document, Mistakes& mistakes) {
    const auto request = api::read_update_key(document, mistakes);
    if (!mistakes.empty()) return false;
    expect(request.environments.size() <= 32, "the number of environments is limited");
    check_entries(request, document);
    return true;
}

bool reads_environment(Json document, Mistakes& mistakes) {
    const auto request = api::read_environment(document, "production", mistakes);
    if (!mistakes.empty()) return false;
    expect(request.environments.size() == 1, "the path names one environment");
    expect(request.environments.front().environment == "production", "the path's name counts");
    check_entries(request, document);
    return true;
}

bool reads_removal(Json document, Mistakes& mistakes) {
    api::read_removal(document, mistakes);
    return mistakes.empty();
}

std::string characters_of(const Json& text) {
    auto characters = text.get<std::string>();
    std::erase_if(characters, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    return characters;
}

void check_operation(const service::OperationFields& operation, const Json& sent) {
    const auto expect_same = [&](const char* member, const auto& octets) {
        const bool is_sent = sent.contains(member) && !sent[member].is_null();
        expect(octets.has_value() == is_sent, "octets are read where they are sent");
        if constexpr (requires { octets->reveal(); })
            expect(!is_sent || to_base64(octets->reveal()) == characters_of(sent[member]),
                   "octets are as sent");
        else
            expect(!is_sent || to_base64(*octets) == characters_of(sent[member]), "octets are as sent");
    };
    expect_same("input", operation.input);
    expect_same("digest", operation.digest);
    expect_same("iv", operation.iv);
    expect_same("aad", operation.aad);
    expect_same("tag", operation.tag);
    expect_same("signature", operation.signature);
}

bool reads_operations(Json document, Mistakes& mistakes) {
    const Json sent = document;
    const auto request = api::read_operations(document, mistakes);
    if (!mistakes.empty()) return false;
    expect(request.batch == (sent.contains("batch") && !sent["batch"].is_null()), "a batch is a batch");
    const std::size_t count = request.batch ? sent["batch"].size() : 1;
    expect(request.operations.size() == count && count >= 1 && count <= 1000, "every operation is read");
    for (std::size_t i = 0; i < count; ++i)
        check_operation(request.operations[i], request.batch ? sent["batch"][i] : sent);
    return true;
}

bool reads_certificate_request(Json document, Mistakes& mistakes) {
    const auto request = api::read_certificate_request(document, mistakes);
    if (!mistakes.empty()) return false;
    expect(is_plain_text(request.subject, 1, 4096), "a certificate request has a subject");
    expect(request.alternative_names.size() <= 100, "the number of names is limited");
    return true;
}

constexpr std::array readers{reads_create,  reads_update,     reads_environment,
                             reads_removal, reads_operations, reads_certificate_request};

void check_document(const Json& document, std::string_view input, std::size_t count) {
    expect(Json::accept(input), "what is accepted is JSON");
    expect(count == count_values(document) && count <= api::most_json_values, "every value is counted");
    expect(depth_of(document) <= most_nested, "the depth is limited");
    expect(api::parse_json(SecretBytes::copy_of(as_bytes(document.dump()))) == document,
           "a document that is written and read again is the same");
}

struct Parsed {
    Json document;
    std::size_t count;
};

/// The document, or nothing when it is refused.
std::optional<Parsed> parsed(std::string_view input) {
    const SecretBytes body = SecretBytes::copy_of(as_bytes(input));
    try {
        const std::size_t count = api::count_json_values(body, list_limits);
        return Parsed{api::parse_json(body), count};
    } catch (const api::MalformedJson& refusal) {
        const std::string_view reason = refusal.what();
        expect(!repeats(reason, input, {not_json}), "the reason of a refusal repeats nothing of the body");
        expect(!begins_with(reason, not_json) || input.find('\0') != std::string_view::npos ||
                   !Json::accept(input),
               "what is JSON is not refused as none");
    } catch (const ServiceError& refusal) {
        expect(refusal.kind() == ErrorKind::validation_failed && !refusal.details().empty(),
               "JSON beyond a limit has wrong fields");
        expect(refusal.details().size() <= 2 * list_limits.size() + 4, "each limit is reported once");
    }
    return std::nullopt;
}

/// Whether a pair needs no decoding.
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F' && c != '+' && c != '%'; });
}

void check_form(std::string_view input) {
    try {
        const api::Form form(SecretBytes::copy_of(as_bytes(input)));
        const std::size_t count =
            input.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(input, '&')) + 1;
        expect(form.count_others({}) == count && count <= 32, "every parameter is read");
        const auto first = input.substr(0, input.find('&'));
        const auto equals = first.find('=');
        if (!is_plain(first) || equals == std::string_view::npos) return;
        const auto* const value = form.find(first.substr(0, equals));
        expect((value == nullptr ? std::string_view() : value->reveal_text()) == first.substr(equals + 1),
               "a value that needs no decoding is as sent");
    } catch (const ServiceError& refusal) {
        expect(refusal.kind() == ErrorKind::invalid_request, "a form that is none is a wrong request");
        expect(!repeats(refusal.what(), input), "the reason of a refusal repeats nothing of the form");
    }
}

}  // namespace

bool check_json(std::string_view input) {
    check_form(input);
    const auto json = parsed(input);
    if (!json) return false;
    check_document(json->document, input, json->count);
    bool accepted = false;
    for (const auto reads : readers) {
        Mistakes mistakes;
        accepted = reads(json->document, mistakes) || accepted;
        check_mistakes(mistakes, json->document);
    }
    return accepted;
}

}  // namespace keyward::fuzz
