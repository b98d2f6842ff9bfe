#include "api/create_key_fields.hpp"

#include <set>

namespace keyward::api {
namespace {

using service::CreateKeyRequest;
using service::EnvironmentEntry;

constexpr TextRule name_rule{1, 255};
constexpr TextRule description_rule{0, 4096, true};
constexpr TextRule choice_rule{1, 64};
constexpr TextRule alias_rule{1, 255};
constexpr TextRule check_value_rule{1, 64};
constexpr std::size_t environments_limit = 32;
constexpr std::size_t mechanisms_limit = 64;

template <typename Value, typename Parse>
std::optional<Value> read_choice(Fields& fields, std::string_view name,
                                 const std::optional<std::string>& text, Parse parse,
                                 const std::string& choices) {
    if (!text) return std::nullopt;
    const std::optional<Value> value = parse(*text);
    if (!value) fields.mistake(name, "must be one of " + choices);
    return value;
}

EnvironmentEntry read_entry(Fields& fields, bool is_pair) {
    EnvironmentEntry entry;
    entry.pointer = fields.pointer();
    entry.environment = fields.required_text("environmentName", name_rule).value_or("");
    entry.alias = fields.text("alias", alias_rule).value_or("");
    entry.expected_check_value = fields.text("expectedKeyCheckValue", check_value_rule);
    entry.content = is_pair ? fields.secret("content") : fields.required_secret("content");
    entry.private_key = fields.secret("privateKey");
    // A key that is read has its public key; posted back beside `content` it says nothing new.
    if (is_pair)
        entry.public_key = fields.secret("publicKey");
    else
        fields.ignore({"publicKey"});
    fields.ignore({"source", "size", "state", "keyCheckValue", "publicKeySha256"});
    return entry;
}

void refuse_repeated_environments(const std::vector<EnvironmentEntry>& entries, Mistakes& mistakes) {
    std::set<std::string> seen;
    for (const EnvironmentEntry& entry : entries)
        if (!entry.environment.empty() && !seen.insert(entry.environment).second)
            mistakes.push_back({entry.pointer + "/environmentName", "stands in the list more than once"});
}

}  // namespace

CreateKeyRequest read_create_key(Json& body, Mistakes& mistakes) {
    CreateKeyRequest request;
    if (!body.is_object()) {
        mistakes.push_back({"", "must be a JSON object"});
        return request;
    }
    Fields fields(body, "", mistakes);
    request.name = fields.required_text("name", name_rule).value_or("");
    request.description = fields.text("description", description_rule).value_or("");
    request.type =
        read_choice<keys::KeyType>(fields, "keyType", fields.required_text("keyType", choice_rule),
                                   keys::key_type_from, "SECRET_KEY, PRIVATE_KEY, PUBLIC_KEY, RSA");
    request.algorithm =
        read_choice<keys::Algorithm>(fields, "algorithm", fields.text("algorithm", choice_rule),
                                     keys::algorithm_from, "AES, DES, DESede, HMAC, RSA, EC, Ed25519");
    request.mechanisms = fields.texts("mechanisms", 1, mechanisms_limit);
    const bool is_pair = request.type == keys::KeyType::rsa;
    fields.required_objects(
        "cryptoKeyInfoEnvironmentList", 1, environments_limit,
        [&](Fields& entry, std::size_t) { request.environments.push_back(read_entry(entry, is_pair)); });
    fields.ignore({"id", "projectId", "createdAt", "updatedAt"});
    fields.finish();
    refuse_repeated_environments(request.environments, mistakes);
    return request;
}

}  // namespace keyward::api
