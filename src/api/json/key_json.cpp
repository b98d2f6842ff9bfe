#include "api/json/key_json.hpp"

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

}  // namespace keyward::api
