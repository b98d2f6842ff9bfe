#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {

using nlohmann::json;

json operation(const std::string& mechanism, const std::string& input, const json& more) {
    json body{{"mechanism", mechanism}, {"input", base64(input)}};
    body.update(more);
    return body;
}

std::string octets_in(const json& answer, const char* member) {
    return base64_decoded(answer.value(member, ""));
}

json reversed(const std::string& mechanism, const json& encrypted) {
    json body{{"mechanism", mechanism}, {"input", encrypted.value("output", "")}};
    for (const char* member : {"iv", "tag"})
        if (encrypted.contains(member)) body[member] = encrypted[member];
    return body;
}

std::string damaged(std::string octets, std::size_t place) {
    octets.at(place) = static_cast<char>(octets.at(place) ^ 1);
    return octets;
}

std::string ed25519_pkcs8(const std::string& seed) {
    return from_hex("302e020100300506032b657004220420") + seed;
}

std::string KeyUse::new_key(const std::string& type, const std::string& algorithm, const std::string& octets,
                            const std::vector<std::string>& mechanisms,
                            const std::vector<std::string>& environments) {
    std::string name = unique_name();
    std::vector<Deployment> deployments;
    deployments.reserve(environments.size());
    for (const std::string& environment : environments)
        deployments.push_back({environment, base64(octets)});
    json body = create_body(name, type, algorithm, deployments);
    if (!mechanisms.empty()) body["mechanisms"] = mechanisms;
    const Answer answer = create(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"].value("success", false), true) << answer.body;
    return name;
}

json KeyUse::used(const std::string& name, const std::string& call, const json& body,
                  const std::string& environment) {
    const Answer answer = use(name, call, body, environment);
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    return answer.json();
}

std::string KeyUse::encrypted(const std::string& name, const json& body) {
    const json answer = used(name, "encrypt", body);
    EXPECT_TRUE(answer.value("success", false)) << answer;
    return octets_in(answer, "output");
}

std::string KeyUse::decrypted(const std::string& name, const json& body) {
    const json answer = used(name, "decrypt", body);
    EXPECT_TRUE(answer.value("success", false)) << answer;
    return octets_in(answer, "output");
}

std::string KeyUse::signature(const std::string& name, const json& body) {
    const json answer = used(name, "sign", body);
    EXPECT_TRUE(answer.value("success", false)) << answer;
    return octets_in(answer, "signature");
}

bool KeyUse::verifies(const std::string& name, json body, const std::string& signature) {
    body["signature"] = base64(signature);
    const json answer = used(name, "verify", body);
    EXPECT_TRUE(answer.value("success", false)) << answer;
    EXPECT_TRUE(answer.contains("valid")) << answer;
    return answer.value("valid", false);
}

void KeyUse::expect_not_decrypted(const std::string& name, const json& body) {
    const json answer = used(name, "decrypt", body);
    EXPECT_EQ(answer.dump(), R"({"message":"The input could not be decrypted","success":false})");
}

}  // namespace keyward::e2e
