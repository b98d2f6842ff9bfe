#include <algorithm>

#include "tests/crash/support/disagreements.hpp"
#include "tests/e2e/support/http_client.hpp"
#include "tests/e2e/support/live.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

std::map<std::string, json> listed_keys(const Home& home) {
    HttpClient client(home.port());
    const Answer answer = client.send({.path = keys_path(), .token = home.token()});
    const json body = answer.json();
    std::map<std::string, json> keys;
    if (answer.status != 200) return keys;
    for (const auto& key : body.at("resultList"))
        keys[key.value("name", "")] = key;
    return keys;
}

/// The fingerprints of its active deployments, by environment.
std::map<std::string, std::string> deployed_in(const json& key, const char* fingerprint) {
    std::map<std::string, std::string> deployed;
    for (const auto& entry : key.at("cryptoKeyInfoEnvironmentList"))
        if (entry.value("state", "") == "DEPLOYED")
            deployed[entry.value("environmentName", "")] = entry.value(fingerprint, "");
    return deployed;
}

bool says(const json& listed, const KeyRecord& key) {
    const KindWords& words = words_of(key.kind);
    std::map<std::string, std::string> due;
    for (const auto& [environment, material] : key.deployed)
        due[environment] = material.fingerprint;
    return listed.value("keyType", "") == words.key_type &&
           listed.value("algorithm", "") == words.algorithm &&
           listed.at("cryptoKeyInfoEnvironmentList").size() == due.size() &&
           deployed_in(listed, words.fingerprint) == due;
}

}  // namespace

std::vector<Finding> api_disagreements(const Record& record, const Home& home) {
    std::vector<Finding> findings;
    const auto listed = listed_keys(home);
    for (const auto& [name, key] : record) {
        const auto found = listed.find(name);
        if (key.exists && found == listed.end())
            findings.push_back({name, "acknowledged, but the API does not list it"});
        else if (!key.exists && found != listed.end())
            findings.push_back({name, "listed, but it should not be there: " + found->second.dump()});
        else if (key.exists && !says(found->second, key))
            findings.push_back({name, "the API says " + found->second.dump()});
    }
    return findings;
}

}  // namespace keyward::e2e
