#include "tests/crash/requests.hpp"

#include <set>

#include "tests/e2e/support/live.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

bool is_removal(Action action) {
    return action == Action::undeploy || action == Action::remove;
}

json entry_of(const std::string& environment, const Material& material) {
    return {{"environmentName", environment}, {"content", material.content}};
}

/// The environments that the answer must name.
std::set<std::string> environments_of(const KeyRecord& key) {
    std::set<std::string> environments;
    if (key.sent->action == Action::undeploy) environments.insert(key.sent->environment);
    for (const auto& [environment, material] :
         key.sent->action == Action::remove ? key.deployed : key.sent->fresh)
        environments.insert(environment);
    return environments;
}

/// AES keys get AES-ECB, with which the test itself can compute the check value in the token.
json mechanisms_of(const std::string& algorithm) {
    return algorithm == "AES" ? json::array({"AES-ECB"}) : json(nullptr);
}

}  // namespace

Request request_of(const KeyRecord& key, const std::string& token) {
    const Change& change = *key.sent;
    const KindWords& words = words_of(key.kind);
    Request request;
    request.token = token;
    const std::string options = change.roll_back ? "?onFailure=rollback" : "";
    json entries = json::array();
    for (const auto& [environment, material] : change.fresh)
        entries.push_back(entry_of(environment, material));
    switch (change.action) {
        case Action::create:
            request.method = "POST";
            request.path = keys_path() + options;
            request.body = text_of({{"name", key.name},
                                    {"keyType", words.key_type},
                                    {"algorithm", words.algorithm},
                                    {"mechanisms", mechanisms_of(words.algorithm)},
                                    {"cryptoKeyInfoEnvironmentList", entries}});
            break;
        case Action::update:
            request.method = "PUT";
            request.path = key_path(key.name) + options;
            request.body = text_of({{"cryptoKeyInfoEnvironmentList", entries}});
            break;
        case Action::redeploy:
            request.method = "POST";
            request.path = key_path(key.name) + "environments/" + change.environment + "/";
            request.body = text_of({{"content", change.fresh.begin()->second.content}});
            break;
        case Action::undeploy:
            request.method = "DELETE";
            request.path = key_path(key.name) + "environments/" + change.environment + "/";
            break;
        case Action::remove:
            request.method = "DELETE";
            request.path = key_path(key.name);
            break;
    }
    return request;
}

std::string mistake_in(const KeyRecord& key, const Answer& answer) {
    std::string whole = std::to_string(answer.status) + " " + answer.body;
    if (answer.status != 200) return whole;
    json body = answer.json();
    json& result = body["deploymentResult"];
    if (!body.value("success", false) || !result.value("success", false)) return whole;
    std::set<std::string> environments;
    for (const auto& each : result["environmentResults"]) {
        const std::string environment = each.value("environmentName", "");
        environments.insert(environment);
        if (!each.value("success", false)) return whole;
        if (is_removal(key.sent->action)) continue;
        const auto due = key.sent->fresh.find(environment);
        if (due == key.sent->fresh.end() ||
            each.value(words_of(key.kind).fingerprint, "") != due->second.fingerprint)
            return whole;
    }
    return environments == environments_of(key) ? "" : whole;
}

}  // namespace keyward::e2e
