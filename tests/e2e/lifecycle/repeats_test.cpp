#include <future>
#include <latch>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/e2e/support/replica.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string label_of(const std::string& name) {
    return std::string(project) + "/" + name;
}

/// A request of alice with an Idempotency-Key.
Request with_key(const Home& home, const std::string& key, const std::string& method, const std::string& path,
                 const std::optional<std::string>& body = std::nullopt) {
    return {.method = method,
            .path = path,
            .body = body,
            .token = home.token(),
            .fields = {"Idempotency-Key: " + key}};
}

bool is_replayed(const Answer& answer) {
    return answer.field("idempotent-replayed") == "true";
}

class Repeats : public LiveKeyward {
  protected:
    Answer send_as(const std::string& key, const std::string& method, const std::string& path,
                   const std::optional<std::string>& body = std::nullopt) {
        return send(with_key(home(), key, method, path, body));
    }
    Answer create_as(const std::string& key, const std::string& body) {
        return send_as(key, "POST", keys_path(), body);
    }
    static std::vector<std::string> ids(const std::string& token, const std::string& name) {
        std::vector<std::string> all;
        for (const TokenObject& object : objects_in(home(), token, label_of(name)))
            all.push_back(object.id);
        return all;
    }
    /// Repeats the request and expects the same answer, marked as replayed.
    void expect_repeat_of(const Answer& first, const Request& request) {
        EXPECT_EQ(first.status, 200) << first.body;
        EXPECT_FALSE(is_replayed(first));
        const Answer second = send(request);
        EXPECT_EQ(second.status, 200) << second.body;
        EXPECT_EQ(second.body, first.body);
        EXPECT_TRUE(is_replayed(second));
        expect_common_fields(second);
    }

    const std::string name_ = unique_name();
    const std::string key_ = unique_name();
    const std::string body_ = text_of(aes_body(name_));
};

TEST_F(Repeats, TellNothingOfAnEnvironmentThatTheUserDoesNotSeeAnyMore) {
    const std::string user = "mover-" + name_;
    Request request = with_key(
        home(), key_, "POST", keys_path(),
        text_of(create_body(name_, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}})));
    request.token = home().user(user, {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"}, "production");
    expect_repeat_of(send(request), request);
    for (const char* permission : {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"}) {
        home().must({"grant", user, project, permission, "--revoke"});
        home().must({"grant", user, project, permission, "--environments", "staging"});
    }
    expect_problem(
        send(request), 400, "bad_request",
        "Environment (name: production) is not found or user does not have privilege to access it!");
}

TEST_F(Repeats, OfACreateGetItsAnswerAndImportNothing) {
    const Request request = with_key(home(), key_, "POST", keys_path(), body_);
    const Answer first = send(request);
    const auto made = ids("production", name_);
    ASSERT_EQ(made.size(), 1U);
    expect_repeat_of(first, request);
    EXPECT_EQ(ids("production", name_), made);
    EXPECT_EQ(ids("staging", name_).size(), 1U);
}

TEST_F(Repeats, WithoutTheSlashAtTheEndAreTheSame) {
    std::string path = keys_path();
    const Answer first = create_as(key_, body_);
    path.pop_back();
    expect_repeat_of(first, with_key(home(), key_, "POST", path, body_));
}

TEST_F(Repeats, OfAnUpdateImportOnce) {
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    const Request update = with_key(home(), key_, "PUT", key_path(name_), text_of(aes_body(name_)));
    const Answer first = send(update);
    const auto made = ids("production", name_);
    ASSERT_EQ(made.size(), 1U);
    expect_repeat_of(first, update);
    EXPECT_EQ(ids("production", name_), made);
}

TEST_F(Repeats, OfAnUpdateThatChangedNothingGetItsAnswerToo) {
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    const Request update = with_key(home(), key_, "PUT", key_path(name_), R"({"description":null})");
    expect_repeat_of(send(update), update);
}

TEST_F(Repeats, OfADeleteGetItsAnswerAlthoughTheKeyIsGone) {
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    const Request removal = with_key(home(), key_, "DELETE", key_path(name_));
    expect_repeat_of(send(removal), removal);
    // A repeat does not delete a new key of the same name either.
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    EXPECT_TRUE(is_replayed(send(removal)));
    EXPECT_EQ(ids("production", name_).size(), 1U);
}

TEST_F(Repeats, OfADeploymentAndAnUndeploymentGetTheirAnswers) {
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    const std::string path = key_path(name_) + "environments/production/";
    const Request undeployment = with_key(home(), key_ + "-1", "DELETE", path);
    expect_repeat_of(send(undeployment), undeployment);
    const Request deployment =
        with_key(home(), key_ + "-2", "POST", path, text_of({{"content", base64(random_octets(32))}}));
    expect_repeat_of(send(deployment), deployment);
    EXPECT_EQ(ids("production", name_).size(), 1U);
}

TEST_F(Repeats, WithAnythingElseAreAConflict) {
    ASSERT_EQ(create_as(key_, body_).status, 200);
    for (const Answer& answer :
         {create_as(key_, text_of(aes_body(unique_name()))), create_as(key_, body_ + " "),
          send_as(key_, "POST", keys_path() + "?onFailure=rollback", body_),
          send_as(key_, "PUT", key_path(name_), body_), send_as(key_, "DELETE", key_path(name_))}) {
        expect_problem(answer, 409, "conflict");
        EXPECT_FALSE(is_replayed(answer));
        EXPECT_THAT(answer.json()["error_description"].get<std::string>(), HasSubstr("new Idempotency-Key"));
    }
    EXPECT_EQ(ids("production", name_).size(), 1U);
}

TEST_F(Repeats, BelongToTheirUser) {
    const std::string bob = home().user("bob", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    ASSERT_EQ(create_as(key_, body_).status, 200);
    Request of_bob = with_key(home(), key_, "POST", keys_path(), text_of(aes_body(unique_name())));
    of_bob.token = bob;
    expect_repeat_of(send(of_bob), of_bob);
}

TEST_F(Repeats, OfADryRunRunAgain) {
    const std::string path = keys_path() + "?dryRun=true";
    for (int i = 0; i < 2; ++i) {
        const Answer trial = send_as(key_, "POST", path, body_);
        EXPECT_EQ(trial.status, 200) << trial.body;
        EXPECT_FALSE(is_replayed(trial));
    }
    expect_repeat_of(create_as(key_, body_), with_key(home(), key_, "POST", keys_path(), body_));
    expect_problem(send_as(key_, "POST", path, body_), 409, "conflict");
}

TEST_F(Repeats, OfARefusedRequestRunAgain) {
    expect_problem(create_as(key_, "{"), 400, "bad_request");
    expect_problem(create_as(key_, R"({"name":1})"), 400, "validation_failed");
    ASSERT_EQ(create(json::parse(body_)).status, 200);
    expect_problem(create_as(key_, body_), 400, "bad_request");
    ASSERT_EQ(send_as(key_, "DELETE", key_path(name_)).status, 200);
    const std::string another = key_ + "-2";
    expect_repeat_of(create_as(another, body_), with_key(home(), another, "POST", keys_path(), body_));
}

TEST_F(Repeats, AtOnceImportOnce) {
    constexpr std::size_t count = 12;
    std::vector<Answer> answers(count);
    {
        std::latch start(count);
        std::vector<std::jthread> clients;
        for (Answer& answer : answers)
            clients.emplace_back([&] {
                HttpClient client(home().port());
                start.arrive_and_wait();
                answer = client.send(with_key(home(), key_, "POST", keys_path(), body_));
            });
    }
    for (const Answer& answer : answers) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.body, answers.front().body);
    }
    EXPECT_EQ(std::ranges::count_if(answers, is_replayed), static_cast<std::ptrdiff_t>(count - 1));
    EXPECT_EQ(ids("production", name_).size(), 1U);
    EXPECT_EQ(ids("staging", name_).size(), 1U);
}

TEST_F(Repeats, NeedAKeyOfPrintableCharacters) {
    for (const std::string& field :
         {std::string("Idempotency-Key;"), "Idempotency-Key: " + std::string(256, 'k'),
          std::string("Idempotency-Key: gr\xc3\xbc\xc3\x9f")}) {
        Request request = with_key(home(), key_, "POST", keys_path(), "{");
        request.fields = {field};
        expect_wrong_fields(send(request), {"Idempotency-Key"});
    }
    const std::string longest = key_ + std::string(255 - key_.size(), '~');
    expect_repeat_of(create_as(longest, body_), with_key(home(), longest, "POST", keys_path(), body_));
}

TEST_F(Repeats, SixtyAtOnceAllGetTheAnswerOfTheFirst) {
    constexpr int clients = 60;
    std::latch together(clients);
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < clients; ++i)
        answers.push_back(std::async(std::launch::async, [&] {
            HttpClient client(home().port());
            together.arrive_and_wait();
            return client.send(with_key(home(), key_, "POST", keys_path(), body_));
        }));
    int first = 0;
    for (auto& each : answers) {
        const Answer answer = each.get();
        EXPECT_EQ(answer.status, 200) << answer.body;
        if (!is_replayed(answer)) ++first;
    }
    EXPECT_EQ(first, 1);
    EXPECT_EQ(ids("production", name_).size(), 1U);
}

TEST_F(Repeats, AreLookedAtAfterTheLoginTheGrantAndTheMediaType) {
    ASSERT_EQ(create_as(key_, body_).status, 200);
    Request request = with_key(home(), key_, "POST", keys_path(), body_);
    request.token = "kw_none";
    expect_problem(send(request), 401, "invalid_token");
    request.token = home().user("carol", {"SECRETS:USE"});
    expect_problem(send(request), 403, "forbidden");
    request = with_key(home(), key_, "POST", keys_path(), body_);
    request.fields.push_back("Content-Type: text/plain");
    expect_problem(send(request), 415, "unsupported_media_type");
}

TEST_F(Repeats, OfAReadAreReads) {
    ASSERT_EQ(create_as(key_, body_).status, 200);
    const Answer answer = send_as(key_, "GET", key_path(name_));
    EXPECT_EQ(answer.json()["resultCount"], 1);
    EXPECT_FALSE(is_replayed(answer));
    EXPECT_EQ(send_as(std::string(300, 'k'), "GET", key_path(name_)).status, 200);
}

/// A home in which tests start and stop servers.
class RepeatsBeyondAServer : public testing::Test {
  protected:
    static std::string database_of(const Home& home) {
        return test::read_file(home.folder().file("keyward.db")) +
               test::read_file(home.folder().file("keyward.db-wal"));
    }

    const std::string name_ = unique_name();
};

TEST_F(RepeatsBeyondAServer, GetTheAnswerAfterARestartAndFromAReplica) {
    const Home home;
    const Request request = with_key(home, "one", "POST", keys_path(), text_of(aes_body(name_)));
    Server first(home);
    const Answer answer = HttpClient(home.port()).send(request);
    ASSERT_EQ(answer.status, 200) << answer.body;
    {
        const Replica replica(home);
        const Answer repeat = HttpClient(replica.port()).send(request);
        EXPECT_EQ(repeat.body, answer.body);
        EXPECT_TRUE(is_replayed(repeat));
        expect_problem(HttpClient(replica.port())
                           .send(with_key(home, "one", "POST", keys_path(), text_of(aes_body(name_)))),
                       409, "conflict");
    }
    ASSERT_EQ(first.stop(), 0);
    Server second(home);
    const Answer repeat = HttpClient(home.port()).send(request);
    EXPECT_EQ(repeat.body, answer.body);
    EXPECT_TRUE(is_replayed(repeat));
    EXPECT_EQ(objects_in(home, "production", label_of(name_)).size(), 1U);
    EXPECT_EQ(second.stop(), 0);
}

/// With one session, one connection to the database and the fewest threads that the service makes.
TEST_F(RepeatsBeyondAServer, SixtyFourWaitForTheFirstInASmallConfiguration) {
    constexpr std::size_t clients = 1 + 64;
    constexpr std::chrono::minutes patience{1};
    const Home home{{.environments = {},
                     .remote = {"remote"},
                     .each_environment = "sessions = 1\ndeadline = \"60s\"\n",
                     .catalogue = "connections = 1\n"}};
    const RemoteHsm hsm(home);
    const Server server(home);
    const json body = create_body(name_, "SECRET_KEY", "AES", {{"remote", base64(random_octets(32))}});
    hsm.hang();
    std::vector<test::RawClient> waiting;
    for (std::size_t i = 0; i < clients; ++i) {
        waiting.emplace_back(home.port());
        ASSERT_TRUE(waiting.back().send(raw_create(home, body, "one")));
    }
    EXPECT_TRUE(waiting.back().stays_silent(std::chrono::milliseconds(500)));
    hsm.go_on();
    std::set<std::string> bodies;
    std::size_t first = 0;
    for (test::RawClient& client : waiting) {
        const auto answer = client.read_answer(false, patience);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200) << answer->body;
        bodies.insert(answer->body);
        if (!answer->header("idempotent-replayed")) ++first;
    }
    EXPECT_EQ(bodies.size(), 1U);
    EXPECT_EQ(first, 1U);
    EXPECT_EQ(objects_in(home, "remote", label_of(name_)).size(), 1U);
}

TEST_F(RepeatsBeyondAServer, LeaveNothingOfTheBodyOrTheHashKeyInTheDatabase) {
    const Home home;
    const std::string octets = random_octets(32);
    const std::string body =
        text_of(create_body(name_, "SECRET_KEY", "AES", {{"production", base64(octets)}}));
    Server server(home);
    ASSERT_EQ(HttpClient(home.port()).send(with_key(home, "one", "POST", keys_path(), body)).status, 200);
    const std::string hash_key = test::read_file(home.folder().file("idempotency.key"));
    ASSERT_EQ(hash_key.size(), 32U);
    const auto expect_no_trace = [&](const std::string& database) {
        ASSERT_THAT(database, HasSubstr("Deployed successfully"));
        for (const std::string& secret :
             {octets, base64(octets), hex(octets), sha256_of(octets), sha256_of(base64(octets)), body,
              sha256_of(body), hash_key, hex(hash_key), base64(hash_key)})
            EXPECT_EQ(database.find(secret), std::string::npos) << hex(secret);
    };
    expect_no_trace(database_of(home));
    EXPECT_EQ(server.stop(), 0);
    expect_no_trace(database_of(home));
}

/// A creation in progress: its object is in one token, and the other token hangs.
class RepeatsOfAServerThatDies : public testing::Test {
  protected:
    void begin_create() {
        hsm_.hang();
        client_.send(raw_create(home_, json::parse(body_), "one"));
        ASSERT_TRUE(
            test::comes_true([&] { return rows_in(home_, "intents") == 2 && objects("production") == 1; }));
    }
    void die() {
        server_->kill();
        hsm_.go_on();
    }
    std::size_t objects(const char* token) { return objects_in(home_, token, label_of(name_)).size(); }
    /// Objects that calls of the killed server created late are destroyed, too.
    void expect_one_key(const Answer& answer, std::uint16_t port) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_FALSE(is_replayed(answer));
        EXPECT_EQ(answer.json()["deploymentResult"]["success"], true) << answer.body;
        EXPECT_TRUE(test::comes_true([&] { return objects("production") == 1 && objects("remote") == 1; },
                                     std::chrono::seconds(60)));
        const Answer again = HttpClient(port).send(request());
        EXPECT_EQ(again.body, answer.body);
        EXPECT_TRUE(is_replayed(again));
    }
    [[nodiscard]] Request request() const { return with_key(home_, "one", "POST", keys_path(), body_); }

    const Home home_{{.environments = {"production"}, .remote = {"remote"}}};
    const RemoteHsm hsm_{home_};
    std::unique_ptr<Server> server_ = std::make_unique<Server>(home_);
    test::RawClient client_{home_.port()};
    const std::string name_ = unique_name();
    const std::string content_ = base64(random_octets(32));
    const std::string body_ =
        text_of(create_body(name_, "SECRET_KEY", "AES", {{"production", content_}, {"remote", content_}}));
};

TEST_F(RepeatsOfAServerThatDies, AreSettledThenRunAfterItsRestart) {
    begin_create();
    die();
    server_ = std::make_unique<Server>(home_);
    expect_one_key(HttpClient(home_.port()).send(request()), home_.port());
    EXPECT_EQ(server_->stop(), 0);
}

TEST_F(RepeatsOfAServerThatDies, WaitForItInAReplicaAndAreSettledThenRunThere) {
    const Replica replica(home_);
    begin_create();
    auto repeat = std::async(std::launch::async, [&] { return HttpClient(replica.port()).send(request()); });
    EXPECT_EQ(repeat.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
    die();
    expect_one_key(repeat.get(), replica.port());
}

TEST_F(RepeatsBeyondAServer, NeedAKeyFileThatOnlyTheServiceReads) {
    const Home home;
    home.folder().write("idempotency.key", "short");
    const test::CommandResult outcome = home.keyward({"serve"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("keyward: the key file " + home.folder().file("idempotency.key")));
    EXPECT_THAT(outcome.errors, HasSubstr("5 octets instead of 32"));
}

}  // namespace
}  // namespace keyward::e2e
