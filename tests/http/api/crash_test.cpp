#include <csignal>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/api/catalogue_rows.hpp"
#include "tests/http/api/encodings.hpp"
#include "tests/http/api/live.hpp"
#include "tests/http/api/polling.hpp"
#include "tests/http/api/remote_hsm.hpp"
#include "tests/http/api/token.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What the clients of one round sent, and what was acknowledged to them.
struct Work {
    std::mutex mutex;
    std::set<std::string> sent;
    std::set<std::string> acknowledged;
};

/// Creates one key after the other until the server is gone.
void create_until_it_ends(const Home& home, Work& work) {
    HttpClient client(home.port());
    while (true) {
        const std::string name = unique_name();
        {
            const std::scoped_lock lock(work.mutex);
            work.sent.insert(name);
        }
        const Answer answer = client.send(
            {.method = "POST", .path = keys_path(), .body = text_of(aes_body(name)), .token = home.token()});
        if (answer.status == 0) return;
        const std::scoped_lock lock(work.mutex);
        if (answer.status == 200) work.acknowledged.insert(name);
    }
}

std::set<std::string> labels_in(const Home& home, const std::string& token) {
    std::set<std::string> labels;
    for (const TokenObject& object : objects_in(home, token))
        labels.insert(object.label);
    return labels;
}

/// Names whose key and objects disagree, each with what is wrong.
std::map<std::string, std::string> disagreements(const Home& home, const Work& work) {
    HttpClient client(home.port());
    const auto production = labels_in(home, "production");
    const auto staging = labels_in(home, "staging");
    std::map<std::string, std::string> wrong;
    for (const std::string& name : work.sent) {
        const int status = client.send({.path = key_path(name), .token = home.token()}).status;
        const std::string label = std::string(project) + "/" + name;
        const auto objects = production.count(label) + staging.count(label);
        const bool consistent = status == 200 ? objects == 2 : status == 404 && objects == 0;
        if (!consistent)
            wrong[name] = std::to_string(status) + " with " + std::to_string(objects) + " objects";
        if (work.acknowledged.contains(name) && status != 200)
            wrong[name] = "acknowledged, but " + std::to_string(status);
    }
    return wrong;
}

TEST(Crash, LeavesNoObjectWithoutAKeyAndNoKeyWithoutAnObject) {
    const auto seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const Home home;
    Work work;
    for (int round = 0; round < 3; ++round) {
        Server server(home);
        std::vector<std::jthread> clients;
        for (int i = 0; i < 8; ++i)
            clients.emplace_back([&] { create_until_it_ends(home, work); });
        const std::size_t wanted =
            work.acknowledged.size() + std::uniform_int_distribution<std::size_t>(5, 60)(random);
        const auto until = steady_clock::now() + std::chrono::seconds(60);
        for (std::size_t done = 0; done < wanted && steady_clock::now() < until; std::this_thread::yield()) {
            const std::scoped_lock lock(work.mutex);
            done = work.acknowledged.size();
        }
        server.kill();
        clients.clear();
    }
    Server server(home);
    EXPECT_GE(work.acknowledged.size(), 15U);
    auto wrong = disagreements(home, work);
    const auto until = steady_clock::now() + std::chrono::seconds(60);
    while (!wrong.empty() && steady_clock::now() < until)
        wrong = disagreements(home, work);
    for (const auto& [name, what] : wrong)
        ADD_FAILURE() << name << ": " << what;
    EXPECT_EQ(server.stop(), 0);
}

/// Holds creates under way in a token that hangs while the service is told to end.
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
        ASSERT_TRUE(comes_true([&] { return rows_in(home_, "intents") == 2 * 8; }));
    }
    void tell_to_end() {
        server_->signal(SIGTERM);
        HttpClient newcomer(home_.port());
        ASSERT_TRUE(comes_true([&] { return newcomer.send({.path = "/health/live"}).status == 0; }));
    }
    std::size_t objects(const std::string& name) {
        const std::string label = std::string(project) + "/" + name;
        return objects_in(home_, "production", label).size() + objects_in(home_, "remote", label).size();
    }

    const Home home_{{.environments = {"production"}, .remote = {"remote"}}};
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
    std::vector<int> status;
    for (test::RawClient& client : clients_) {
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer) << "cut off";
        EXPECT_THAT(answer->status, testing::AnyOf(200, 503)) << answer->body;
        EXPECT_TRUE(nlohmann::json::accept(answer->body)) << answer->body;
        status.push_back(answer->status);
    }
    EXPECT_EQ(server_->wait(std::chrono::seconds(20)), 0);

    server_ = std::make_unique<Server>(home_);
    HttpClient client(home_.port());
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const bool made = status[i] == 200;
        EXPECT_EQ(client.send({.path = key_path(names_[i]), .token = home_.token()}).status,
                  made ? 200 : 404);
        EXPECT_TRUE(comes_true([&] { return objects(names_[i]) == (made ? 2U : 0U); })) << names_[i];
    }
    EXPECT_EQ(server_->stop(), 0);
}

}  // namespace
}  // namespace keyward::e2e
