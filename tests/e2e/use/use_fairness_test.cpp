#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

/// Two users of one environment, one of whom overloads it.
class Fairness : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.each_environment = "deadline = \"1s\""}); }

    /// One user sends requests over that many connections while another user sends other ones.
    void expect_that_another_is_served_beside(int connections, const std::function<Request()>& request,
                                              const std::function<Answer()>& other) {
        std::atomic<bool> ended = false;
        std::vector<std::jthread> flood;
        flood.reserve(static_cast<std::size_t>(connections));
        for (int i = 0; i < connections; ++i)
            flood.emplace_back([&] {
                HttpClient client(home().port());
                while (!ended)
                    client.send(request());
            });
        for (int i = 0; i < 20; ++i) {
            const Answer answer = other();
            EXPECT_EQ(answer.status, 200) << answer.body;
        }
        ended = true;
    }
    std::function<Request()> signing(const json& body) {
        const std::string key = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-4096").pkcs8_der);
        return [path = use_path(key, "sign"), text = text_of(body)] {
            return Request{.method = "POST", .path = path, .body = text, .token = home().token()};
        };
    }
    static Request creation(const std::string& token) {
        const json body =
            create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}});
        return {.method = "POST", .path = keys_path(), .body = text_of(body), .token = token};
    }
    std::function<Answer()> sealing(const std::string& user) {
        return [this, key = gcm_key(), token = home().user(user, {"SECRETS:USE"})] {
            return use_as(token, key, "encrypt", operation("AES-GCM", "message"));
        };
    }
};

TEST_F(Fairness, LetsNoUsersBatchesKeepOutAnothersSingleUses) {
    const json operations = std::vector<json>(1000, operation("SHA256-RSA-PKCS", "message"));
    expect_that_another_is_served_beside(120, signing({{"batch", operations}}), sealing("beside-batches"));
}

TEST_F(Fairness, LetsNoUsersSingleUsesKeepOutAnothers) {
    expect_that_another_is_served_beside(300, signing(operation("SHA256-RSA-PKCS", "message")),
                                         sealing("beside-uses"));
}

TEST_F(Fairness, LetsNoUsersUsesKeepOutAnothersCreates) {
    const std::string token = home().user("creator", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    expect_that_another_is_served_beside(300, signing(operation("SHA256-RSA-PKCS", "message")),
                                         [&] { return send(creation(token)); });
}

TEST_F(Fairness, LetsNoUsersCreatesKeepOutAnothersUses) {
    expect_that_another_is_served_beside(
        300, [] { return creation(home().token()); }, sealing("beside-creates"));
}

}  // namespace
}  // namespace keyward::e2e
