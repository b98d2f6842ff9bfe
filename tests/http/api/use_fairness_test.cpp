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
};

TEST_F(Fairness, LetsNoUsersBatchesKeepOutAnothersSingleUses) {
    const std::string slow = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-4096").pkcs8_der);
    const std::string fast = gcm_key();
    const std::string other = home().user("other", {"SECRETS:USE"});
    const json operations = std::vector<json>(1000, operation("SHA256-RSA-PKCS", "message"));
    const std::string batch = text_of({{"batch", operations}});
    std::atomic<bool> ended = false;
    std::vector<std::jthread> flood;
    flood.reserve(120);
    for (int i = 0; i < 120; ++i)
        flood.emplace_back([&] {
            HttpClient client(home().port());
            while (!ended)
                client.send({.method = "POST",
                             .path = use_path(slow, "sign"),
                             .body = batch,
                             .token = home().token()});
        });
    for (int i = 0; i < 20; ++i) {
        const Answer answer = use_as(other, fast, "encrypt", operation("AES-GCM", "message"));
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    ended = true;
}

}  // namespace
}  // namespace keyward::e2e
