#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

/// Well below the deadline of an environment: no request has waited for a token.
constexpr milliseconds at_once{900};
constexpr milliseconds deadline{1000};
/// For requests that wait for the deadline; one second is a margin for a busy machine.
constexpr milliseconds deadline_and_a_bit = deadline + milliseconds(1000);

/// `production` is a token in the process, `remote` one behind a server that runs when a test begins.
class HungToken : public testing::Test {
  protected:
    ~HungToken() override { hsm_.go_on(); }

    Answer send(const Request& request) {
        const auto start = steady_clock::now();
        Answer answer = client_.send(request);
        took_ = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
        return answer;
    }
    Answer get(const std::string& path) { return send({.path = path, .token = home_.token()}); }
    Answer create(const std::string& name, const std::vector<std::string>& environments) {
        std::vector<Deployment> deployments;
        for (const std::string& environment : environments)
            deployments.push_back({environment, base64(random_octets(32))});
        return send({.method = "POST",
                     .path = keys_path(),
                     .body = text_of(create_body(name, "SECRET_KEY", "AES", deployments)),
                     .token = home_.token()});
    }
    std::string readiness() { return get("/health/ready").json().value("status", ""); }
    /// Every poll in between must be answered at once.
    bool becomes(const std::string& status) {
        return test::comes_true([&] {
            const bool there = readiness() == status;
            EXPECT_LT(took_, at_once);
            return there;
        });
    }
    std::size_t objects(const std::string& token, const std::string& name) {
        return objects_in(home_, token, std::string(project) + "/" + name).size();
    }

    const Home home_{{.environments = {"production"},
                      .remote = {"remote"},
                      .each_environment = "deadline = \"1s\"\nsessions = 4"}};
    const RemoteHsm hsm_{home_};
    Server server_{home_};
    HttpClient client_{home_.port()};
    milliseconds took_{0};
};

TEST_F(HungToken, ShowsInReadyAndIsNeverWaitedForThere) {
    ASSERT_EQ(readiness(), "ready");
    hsm_.hang();
    EXPECT_TRUE(becomes("degraded"));
    json environments;
    EXPECT_TRUE(test::comes_true([&] {
        environments = get("/health/ready").json().value("environments", json());
        return !environments.is_null();
    }));
    EXPECT_EQ(environments, json::array({{{"name", "production"}, {"status", "up"}},
                                         {{"name", "remote"}, {"status", "down"}}}));
    EXPECT_EQ(get("/health/live").status, 200);
    EXPECT_LT(took_, at_once);
    hsm_.go_on();
    EXPECT_TRUE(becomes("ready"));
    EXPECT_EQ(create(unique_name(), {"remote"}).json()["deploymentResult"]["success"], true);
}

TEST_F(HungToken, CostsOnlyItsOwnEnvironmentAndLeavesNothingBehind) {
    hsm_.hang();
    const std::string both = unique_name();
    const Answer partly = create(both, {"production", "remote"});
    EXPECT_LT(took_, deadline_and_a_bit);
    EXPECT_EQ(partly.status, 200) << partly.body;
    const json deployment = partly.json()["deploymentResult"];
    EXPECT_EQ(deployment["success"], false);
    EXPECT_EQ(deployment["environmentResults"][0]["success"], true) << partly.body;
    EXPECT_EQ(deployment["environmentResults"][1]["environmentName"], "remote");
    EXPECT_EQ(deployment["environmentResults"][1]["success"], false);
    EXPECT_THAT(deployment["environmentResults"][1]["message"].get<std::string>(), HasSubstr("remote"));
    EXPECT_EQ(deployment["environmentResults"][1]["code"], "timeout");

    const std::string alone = unique_name();
    const Answer refused = create(alone, {"remote"});
    EXPECT_LT(took_, deadline_and_a_bit);
    expect_problem(refused, 503, "hsm_unavailable");
    EXPECT_THAT(refused.json()["error_description"].get<std::string>(), HasSubstr("remote"));
    EXPECT_FALSE(refused.field("retry-after").empty());

    EXPECT_EQ(create(unique_name(), {"production"}).status, 200);
    EXPECT_LT(took_, at_once);

    hsm_.go_on();
    EXPECT_TRUE(becomes("ready"));
    // The absence of objects is significant only after the continued imports have ended.
    EXPECT_TRUE(
        test::comes_true([&] { return rows_in(home_, "intents") + rows_in(home_, "tombstones") == 0; }));
    EXPECT_EQ(objects("remote", both), 0U);
    EXPECT_EQ(objects("remote", alone), 0U);
    EXPECT_EQ(objects("production", both), 1U);
    const json entries = get(key_path(both)).json()["resultList"][0]["cryptoKeyInfoEnvironmentList"];
    EXPECT_EQ(entries[0]["state"], "DEPLOYED");
    EXPECT_EQ(entries[1]["state"], "FAILED");
    expect_problem(get(key_path(alone)), 404, "not_found");
    const Answer again = create(alone, {"remote"});
    EXPECT_EQ(again.json()["deploymentResult"]["success"], true) << again.body;
    EXPECT_EQ(objects("remote", alone), 1U);
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(HungToken, LeavesRoomForOthersHoweverManyWaitForIt) {
    hsm_.hang();
    std::vector<test::RawClient> waiting;
    for (int i = 0; i < 100; ++i) {
        waiting.emplace_back(home_.port());
        waiting.back().send(raw_create(
            home_, create_body(unique_name(), "SECRET_KEY", "AES", {{"remote", base64(random_octets(32))}})));
    }
    EXPECT_EQ(create(unique_name(), {"production"}).status, 200);
    EXPECT_LT(took_, at_once);
    const auto until = steady_clock::now() + deadline_and_a_bit;
    for (test::RawClient& client : waiting) {
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 503) << answer->body;
        EXPECT_THAT(answer->body, HasSubstr("remote"));
    }
    EXPECT_LT(steady_clock::now(), until);
}

TEST_F(HungToken, DoesNotKeepTheServiceFromEndingAfterAReload) {
    hsm_.hang();
    ASSERT_TRUE(becomes("degraded"));
    server_.signal(SIGHUP);
    ASSERT_TRUE(
        test::comes_true([&] { return server_.log().find("service.reloaded") != std::string::npos; }));
    server_.signal(SIGTERM);
    EXPECT_EQ(server_.wait(std::chrono::seconds(10)), 0) << server_.log();
}

}  // namespace
}  // namespace keyward::e2e
