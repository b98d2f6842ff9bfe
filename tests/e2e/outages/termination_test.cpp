#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

/// Keeps creations in progress in a token that hangs while the service receives SIGTERM.
class Termination : public testing::Test {
  protected:
    void begin_creates() {
        hsm_.hang();
        for (int i = 0; i < 8; ++i) {
            names_.push_back(unique_name());
            const std::string content = base64(random_octets(32));
            clients_.emplace_back(home_.port());
            clients_.back().send(
                raw_create(home_, create_body(names_.back(), "SECRET_KEY", "AES",
                                              {{"production", content}, {"remote", content}})));
        }
        ASSERT_TRUE(test::comes_true([&] { return rows_in(home_, "intents") == 2 * 8; }));
    }
    void tell_to_end() {
        server_->signal(SIGTERM);
        HttpClient newcomer(home_.port());
        ASSERT_TRUE(test::comes_true([&] { return newcomer.send({.path = "/health/live"}).status == 0; }));
    }
    std::size_t objects(const std::string& name) {
        const std::string label = std::string(project) + "/" + name;
        return objects_in(home_, "production", label).size() + objects_in(home_, "remote", label).size();
    }

    /// The deadline is long enough for a busy machine.
    const Home home_{
        {.environments = {"production"}, .remote = {"remote"}, .each_environment = "deadline = \"60s\""}};
    const RemoteHsm hsm_{home_};
    std::unique_ptr<Server> server_ = std::make_unique<Server>(home_);
    std::vector<std::string> names_;
    std::vector<test::RawClient> clients_;
};

TEST_F(Termination, AnswersWhatItHasBegunAndEndsWithCodeZero) {
    begin_creates();
    tell_to_end();
    ASSERT_TRUE(server_->is_running());
    hsm_.go_on();
    for (test::RawClient& client : clients_) {
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer) << "cut off";
        EXPECT_EQ(answer->status, 200) << answer->body;
        EXPECT_EQ(nlohmann::json::parse(answer->body)["deploymentResult"]["success"], true) << answer->body;
    }
    EXPECT_EQ(server_->wait(std::chrono::seconds(20)), 0);

    server_ = std::make_unique<Server>(home_);
    HttpClient client(home_.port());
    for (const std::string& name : names_) {
        EXPECT_EQ(client.send({.path = key_path(name), .token = home_.token()}).status, 200);
        EXPECT_EQ(objects(name), 2U) << name;
    }
    EXPECT_EQ(server_->stop(), 0);
}

}  // namespace
}  // namespace keyward::e2e
