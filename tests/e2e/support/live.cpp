#include "tests/e2e/support/live.hpp"

#include <atomic>

#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {

using nlohmann::json;

json create_body(const std::string& name, const std::string& key_type, const std::string& algorithm,
                 const std::vector<Deployment>& deployments) {
    json body{{"name", name}, {"keyType", key_type}, {"cryptoKeyInfoEnvironmentList", json::array()}};
    if (!algorithm.empty()) body["algorithm"] = algorithm;
    for (const Deployment& deployment : deployments)
        body["cryptoKeyInfoEnvironmentList"].push_back(
            {{"environmentName", deployment.environment}, {"content", deployment.content}});
    return body;
}

json aes_body(const std::string& name) {
    const std::string content = base64(random_octets(32));
    return create_body(name, "SECRET_KEY", "AES", {{"production", content}, {"staging", content}});
}

std::string unique_name() {
    static std::atomic<int> count{0};
    return "key-" + std::to_string(++count) + "-" + hex(random_octets(4));
}

std::string text_of(const json& body) {
    return body.dump();
}

std::string raw_create(const Home& home, const json& body, const std::string& idempotency_key) {
    const std::string text = text_of(body);
    const std::string field = idempotency_key.empty() ? "" : "\r\nIdempotency-Key: " + idempotency_key;
    return "POST " + keys_path() + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + home.token() +
           field + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
           "\r\n\r\n" + text;
}

json deployed(const std::vector<std::string>& environments, const json& proof) {
    json results = json::array();
    for (const std::string& environment : environments) {
        json result{
            {"environmentName", environment}, {"success", true}, {"message", "Deployed successfully"}};
        result.update(proof);
        results.push_back(result);
    }
    return results;
}

json without_warnings(json body) {
    for (json& result : body["deploymentResult"]["environmentResults"])
        result.erase("warnings");
    return body;
}

json success(const json& environment_results) {
    return {{"success", true},
            {"deploymentResult",
             {{"success", true},
              {"message", "Deployment completed successfully"},
              {"environmentResults", environment_results}}}};
}

std::unique_ptr<Home> LiveKeyward::home_;
std::unique_ptr<Server> LiveKeyward::server_;

void LiveKeyward::start(const HomeOptions& options) {
    home_ = std::make_unique<Home>(options);
    server_ = std::make_unique<Server>(*home_);
}

void LiveKeyward::TearDownTestSuite() {
    if (server_) {
        EXPECT_EQ(server_->stop(), 0) << server_->log();
    }
    server_.reset();
    home_.reset();
}

}  // namespace keyward::e2e
