#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"

namespace keyward::e2e {

/// Changes of existing keys in the whole service with real tokens.
class KeyLife : public LiveKeyward {
  protected:
    using json = nlohmann::json;

    Answer put(const std::string& name, const json& body, const std::string& query = {}) {
        return send({.method = "PUT",
                     .path = key_path(name) + query,
                     .body = text_of(body),
                     .token = home().token()});
    }
    Answer remove(const std::string& path) {
        return send({.method = "DELETE", .path = path, .token = home().token()});
    }
    static std::string environment_path(const std::string& name, const std::string& environment) {
        return key_path(name) + "environments/" + path_part(environment) + "/";
    }

    /// Creates an AES key with these octets in both environments and returns its name.
    std::string created(const std::string& octets, const std::string& name = unique_name()) {
        const Answer answer = create(create_body(
            name, "SECRET_KEY", "AES", {{"production", base64(octets)}, {"staging", base64(octets)}}));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return name;
    }
    std::string created() { return created(random_octets(32)); }

    /// The key as GET returns it.
    json key(const std::string& name) {
        const Answer answer = get_key(name);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer.json()["resultList"][0];
    }
    static json entry(const std::string& environment, const std::string& content) {
        return {{"environmentName", environment}, {"content", content}};
    }
    static json change(const std::vector<json>& entries) {
        return {{"cryptoKeyInfoEnvironmentList", entries}};
    }
    static json check_value(const std::string& octets) {
        return {{"keyCheckValue", cipher_check_value(octets)}};
    }

    /// The CKA_IDs of the key's objects in a token.
    static std::multiset<std::string> ids(const std::string& token, const std::string& label) {
        std::multiset<std::string> all;
        for (const TokenObject& object : objects_in(home(), token, label))
            all.insert(object.id);
        return all;
    }
    static std::string label_of(const std::string& name) { return std::string(project) + "/" + name; }
    static std::size_t objects(const std::string& token, const std::string& name) {
        return ids(token, label_of(name)).size();
    }
    static std::size_t all_objects() {
        return objects_in(home(), "production").size() + objects_in(home(), "staging").size();
    }
    /// The contract's answer to a removal from these environments.
    static json undeployed(const std::vector<std::string>& environments) {
        json results = json::array();
        for (const std::string& environment : environments)
            results.push_back({{"environmentName", environment},
                               {"success", true},
                               {"message", "Undeployed successfully"}});
        return {{"success", true},
                {"deploymentResult",
                 {{"success", true},
                  {"message", "Undeployment completed successfully"},
                  {"environmentResults", results}}}};
    }
};

}  // namespace keyward::e2e
