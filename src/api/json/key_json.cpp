#include "api/json/key_json.hpp"

#include <set>

#include "base/client_text.hpp"
#include "domain/key_text.hpp"

namespace keyward::api {
namespace {

void add_fingerprint(OrderedJson& json, const std::string& key_check_value,
                     const std::string& public_key_sha256) {
    if (!key_check_value.empty()) json["keyCheckValue"] = key_check_value;
    if (!public_key_sha256.empty()) json["publicKeySha256"] = public_key_sha256;
}

void add_warnings(OrderedJson& json, const std::vector<Warning>& warnings) {
    for (const Warning& warning : warnings)
        json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
}

OrderedJson deployment_json(const Deployment& deployment) {
    OrderedJson json{
        {"environmentName", deployment.environment},
        {"alias", deployment.alias.empty() ? OrderedJson(nullptr) : OrderedJson(deployment.alias)},
        {"source", deployment.source},
        {"size", deployment.size},
        {"state", to_string(deployment.state)}};
    add_fingerprint(json, deployment.key_check_value, deployment.public_key_sha256);
    if (!deployment.public_key_pem.empty()) json["publicKey"] = deployment.public_key_pem;
    return json;
}

}  // namespace

OrderedJson key_json(const Key& key) {
    OrderedJson environments = OrderedJson::array();
    for (const auto& deployment : key.deployments)
        environments.push_back(deployment_json(deployment));
    return {{"id", key.id},
            {"name", key.name},
            {"description", key.description},
            {"projectId", key.project_id},
            {"keyType", to_string(key.type)},
            {"algorithm", to_string(key.algorithm)},
            {"mechanisms", key.mechanisms},
            {"createdAt", to_rfc3339(key.created_at)},
            {"updatedAt", to_rfc3339(key.updated_at)},
            {"cryptoKeyInfoEnvironmentList", std::move(environments)}};
}

OrderedJson deployment_json(const DeploymentReport& report) {
    OrderedJson results = OrderedJson::array();
    for (const auto& result : report.environments) {
        OrderedJson json{{"environmentName", result.environment},
                         {"success", result.success},
                         {"message", result.message}};
        add_fingerprint(json, result.key_check_value, result.public_key_sha256);
        if (result.code) json["code"] = to_string(*result.code);
        add_warnings(json, result.warnings);
        results.push_back(std::move(json));
    }
    return {{"success", true},
            {"deploymentResult",
             {{"success", report.success},
              {"message", report.message},
              {"environmentResults", std::move(results)}}}};
}

http::Response json_response(const OrderedJson& json) {
    http::Response response;
    response.body = json.dump();
    return response;
}

std::string list_start(const std::vector<service::KeyText>& keys) {
    std::string text = R"({"success":true,"resultList":[)";
    for (const service::KeyText& key : keys) {
        if (&key != &keys.front()) text += ',';
        text += *key;
    }
    return text;
}

std::string list_end(std::size_t count, const OrderedJson& more) {
    OrderedJson rest{{"resultCount", count}};
    rest.update(more);
    return rest.dump().substr(1);  // the list already has the opening brace
}

http::Response key_list(const std::vector<service::KeyText>& keys, const OrderedJson& more) {
    http::Response response;
    response.body = list_start(keys) + "]," + list_end(keys.size(), more);
    return response;
}

OrderedJson result_list(OrderedJson items) {
    const auto count = items.size();
    return {{"success", true}, {"resultList", std::move(items)}, {"resultCount", count}};
}

namespace {

using service::CreateKeyRequest;
using service::EnvironmentEntry;
using service::UpdateKeyRequest;

constexpr TextRule check_value_rule{.min = 1, .max = 64};

template <typename Value, typename Parse>
std::optional<Value> read_choice(Fields& fields, std::string_view name,
                                 const std::optional<std::string>& text, Parse parse,
                                 const std::string& choices) {
    if (!text) return std::nullopt;
    const std::optional<Value> value = parse(*text);
    if (!value) fields.mistake(name, "must be one of " + choices);
    return value;
}

/// The members of a Key that cannot be set.
const std::vector<std::string_view> read_only_of_key{"id", "projectId", "createdAt", "updatedAt"};
const std::vector<std::string_view> read_only_of_entry{"source", "size", "state", "keyCheckValue",
                                                       "publicKeySha256"};

std::optional<keys::KeyType> read_key_type(Fields& fields, const std::optional<std::string>& text) {
    return read_choice<keys::KeyType>(fields, "keyType", text, keys::key_type_from,
                                      "SECRET_KEY, PRIVATE_KEY, PUBLIC_KEY, RSA");
}

std::optional<keys::Algorithm> read_algorithm(Fields& fields) {
    return read_choice<keys::Algorithm>(fields, "algorithm", fields.text("algorithm", choice_rule),
                                        keys::algorithm_from, "AES, DES, DESede, HMAC, RSA, EC, Ed25519");
}

/// All of an entry except the name of its environment.
EnvironmentEntry read_entry(Fields& fields) {
    EnvironmentEntry entry;
    entry.pointer = fields.pointer();
    entry.alias = fields.text("alias", alias_rule).value_or("");
    entry.resets_alias = fields.is_null("alias");
    entry.expected_check_value = fields.text("expectedKeyCheckValue", check_value_rule);
    entry.content = fields.secret("content");
    entry.public_key = fields.secret("publicKey");
    entry.private_key = fields.secret("privateKey");
    fields.ignore(read_only_of_entry);
    return entry;
}

EnvironmentEntry read_named_entry(Fields& fields) {
    std::string environment = fields.required_text("environmentName", name_rule).value_or("");
    EnvironmentEntry entry = read_entry(fields);
    entry.environment = std::move(environment);
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
    if (!is_object(body, mistakes)) return request;
    Fields fields(body, "", mistakes);
    request.name = fields.required_text("name", name_rule).value_or("");
    request.description = fields.text("description", description_rule).value_or("");
    request.type = read_key_type(fields, fields.required_text("keyType", choice_rule));
    request.algorithm = read_algorithm(fields);
    request.mechanisms = fields.texts("mechanisms", mechanisms_limit.min, mechanisms_limit.max);
    const bool is_pair = request.type == keys::KeyType::rsa;
    fields.required_objects("cryptoKeyInfoEnvironmentList", new_environments_limit.min,
                            new_environments_limit.max, [&](Fields& entry, std::size_t) {
                                request.environments.push_back(read_named_entry(entry));
                                if (!is_pair) entry.require("content");
                                // A key that was read has its public key; next to `content` it adds nothing
                                // when posted back.
                                if (!is_pair) request.environments.back().public_key.reset();
                            });
    fields.ignore(read_only_of_key);
    fields.finish();
    refuse_repeated_environments(request.environments, mistakes);
    return request;
}

UpdateKeyRequest read_update_key(Json& body, Mistakes& mistakes) {
    UpdateKeyRequest request;
    if (!is_object(body, mistakes)) return request;
    Fields fields(body, "", mistakes);
    request.name = fields.text("name", name_rule);
    request.description = fields.text("description", description_rule);
    request.type = read_key_type(fields, fields.text("keyType", choice_rule));
    request.algorithm = read_algorithm(fields);
    request.mechanisms = fields.texts("mechanisms", mechanisms_limit.min, mechanisms_limit.max);
    if (fields.has("cryptoKeyInfoEnvironmentList"))
        fields.required_objects(
            "cryptoKeyInfoEnvironmentList", changed_environments_limit.min, changed_environments_limit.max,
            [&](Fields& entry, std::size_t) { request.environments.push_back(read_named_entry(entry)); });
    fields.ignore({"cryptoKeyInfoEnvironmentList"});
    fields.ignore(read_only_of_key);
    fields.ignore(about_jwks);
    fields.finish();
    refuse_repeated_environments(request.environments, mistakes);
    return request;
}

UpdateKeyRequest read_environment(Json& body, const std::string& environment, Mistakes& mistakes) {
    UpdateKeyRequest request;
    request.content_is_required = true;
    if (!is_object(body, mistakes)) return request;
    Fields fields(body, "", mistakes);
    if (fields.text("environmentName", name_rule).value_or(environment) != environment)
        fields.mistake("environmentName", "is not the environment in the path");
    EnvironmentEntry entry = read_entry(fields);
    entry.environment = environment;
    request.environments.push_back(std::move(entry));
    fields.ignore(about_jwks);
    fields.finish();
    return request;
}

void read_removal(Json& body, Mistakes& mistakes) {
    if (!is_object(body, mistakes)) return;
    Fields fields(body, "", mistakes);
    fields.ignore(about_jwks);
    fields.finish();
}

}  // namespace keyward::api
