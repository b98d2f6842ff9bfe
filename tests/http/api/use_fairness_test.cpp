#include <atomic>
#include <thread>
#include <vector>

#include "tests/http/api/use.hpp"

namespace keyward::e2e {
namespace {

/// Two users of one environment, of whom one sends more than it can do.
class Fairness : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.each_environment = "deadline = \"1s\""}); }

    /// While one user sends this over that many connections, another one uses a key of its own.
    void expect_that_another_is_served_beside(const std::string& other, int connections,
                                              const std::string& path, const std::string& body) {
        const std::string fast = gcm_key();
        std::atomic<bool> ended = false;
        std::vector<std::jthread> flood;
        flood.reserve(static_cast<std::size_t>(connections));
        for (int i = 0; i < connections; ++i)
            flood.emplace_back([&] {
                HttpClient client(home().port());
                while (!ended)
                    client.send({.method = "POST", .path = path, .body = body, .token = home().token()});
            });
        for (int i = 0; i < 20; ++i) {
            const Answer answer = use_as(other, fast, "encrypt", operation("AES-GCM", "message"));
            EXPECT_EQ(answer.status, 200) << answer.body;
        }
        ended = true;
    }
    std::string slow_key() { return new_key("PRIVATE_KEY", "RSA", key_pair("RSA-4096").pkcs8_der); }
};

TEST_F(Fairness, LetsNoUsersBatchesKeepOutAnothersSingleUses) {
    const json operations = std::vector<json>(1000, operation("SHA256-RSA-PKCS", "message"));
    expect_that_another_is_served_beside(home().user("beside-batches", {"SECRETS:USE"}), 120,
                                         use_path(slow_key(), "sign"), text_of({{"batch", operations}}));
}

TEST_F(Fairness, LetsNoUsersSingleUsesKeepOutAnothers) {
    expect_that_another_is_served_beside(home().user("beside-uses", {"SECRETS:USE"}), 300,
                                         use_path(slow_key(), "sign"),
                                         text_of(operation("SHA256-RSA-PKCS", "message")));
}

}  // namespace
}  // namespace keyward::e2e
