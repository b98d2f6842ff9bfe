#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

const std::string token_path = "/apiops/auth/token";
const std::string form_type = "Content-Type: application/x-www-form-urlencoded";

/// `bob` has a password, `alice` has none. Each test has a client address of its own, because failures also
/// count for the address. It acts as a trusted proxy, which reports the address.
class LogIn : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        start({.http = R"(trusted_proxies = ["127.0.0.1"])"});
        password = "pass & wörd + 100% " + hex(random_octets(8));
        for (const char* name : {"bob", "guessed", "flooded", "late", "target", "crowd"})
            home().user_with_password(name, password);
        home().must({"grant", "bob", project, "SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    }
    static std::string form(const std::string& user, const std::string& secret) {
        return "grant_type=client_credentials&client_id=" + path_part(user) +
               "&client_secret=" + path_part(secret);
    }
    static std::string new_address() { return "198.51.100." + std::to_string(++addresses); }
    static Request request_of(const std::string& body, const std::string& address) {
        return {.method = "POST",
                .path = token_path,
                .body = body,
                .fields = {form_type, "X-Forwarded-For: " + address}};
    }
    Answer ask(const std::string& body) { return send(request_of(body, address_)); }
    Answer log_in(const std::string& user, const std::string& secret = password) {
        return ask(form(user, secret));
    }
    static void expect_bad_credentials(const Answer& answer) {
        expect_problem(answer, 401, "unauthorized_client", "Bad credentials");
        EXPECT_EQ(answer.field("www-authenticate"), "Bearer error=\"unauthorized_client\"");
    }
    /// Sends the request until it is refused. A slow machine may miss the first waits, which are short; each
    /// missed one doubles the next.
    static Answer until_it_has_to_wait(const std::function<Answer()>& attempt) {
        for (int i = 0; i < 5; ++i) {
            Answer answer = attempt();
            if (answer.status == 429) return answer;
            expect_bad_credentials(answer);
        }
        return attempt();
    }
    static void expect_wait(const Answer& answer) {
        expect_problem(answer, 429, "too_many_requests");
        const int seconds = std::stoi("0" + answer.field("retry-after"));
        EXPECT_GE(seconds, 1);
        EXPECT_LE(seconds, 60);
    }

    inline static std::string password;
    inline static int addresses = 0;
    std::string address_ = new_address();
};

TEST_F(LogIn, GivesABearerTokenForAnHour) {
    const Answer answer = log_in("bob");
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    const json body = answer.json();
    EXPECT_EQ(body.size(), 3U) << "and nothing else";
    EXPECT_THAT(body.value("access_token", ""), testing::StartsWith("kw_"));
    EXPECT_EQ(body.value("token_type", ""), "Bearer");
    EXPECT_EQ(body.value("expires_in", 0), 3600);
}

TEST_F(LogIn, GivesATokenThatWorksAtOnce) {
    const std::string token = log_in("bob").json().value("access_token", "");
    const Answer created = send(
        {.method = "POST", .path = keys_path(), .body = text_of(aes_body(unique_name())), .token = token});
    EXPECT_EQ(created.status, 200) << created.body;
}

TEST_F(LogIn, GivesNoMoreThanTheUsersGrants) {
    const std::string token = log_in("late").json().value("access_token", "");
    expect_problem(send({.path = key_path("none"), .token = token}), 404, "not_found");
    home().must({"grant", "late", project, "SECRETS:USE"});
    expect_problem(send({.path = key_path("none"), .token = token}), 404, "not_found",
                   "Key (name: none) is not found");
}

TEST_F(LogIn, GivesATokenThatCanBeListedAndRevoked) {
    const std::string token = log_in("bob").json().value("access_token", "");
    const json rows = json::parse(home().must({"token", "list", "--json"}));
    const auto row = std::ranges::find_if(rows, [](const json& each) {
        return each.value("user", "") == "bob" && each.value("name", "") == "password login" &&
               !each.value("revoked", true);
    });
    ASSERT_NE(row, rows.end()) << rows;
    EXPECT_TRUE((*row)["expiresAt"].is_string());
    for (const json& each : rows)
        if (each.value("user", "") == "bob") home().must({"token", "revoke", each.value("id", "")});
    expect_problem(send({.path = key_path("none"), .token = token}), 401, "invalid_token",
                   "The token has been revoked");
}

TEST_F(LogIn, WorksWithTheTrailingSlashAndANamedCharset) {
    EXPECT_EQ(send({.method = "POST",
                    .path = token_path + "/",
                    .body = form("bob", password),
                    .fields = {form_type + ";charset=UTF-8"}})
                  .status,
              200);
}

TEST_F(LogIn, MindsNoAuthorization) {
    EXPECT_EQ(send({.method = "POST",
                    .path = token_path,
                    .body = form("bob", password),
                    .token = "nonsense",
                    .fields = {form_type}})
                  .status,
              200);
}

TEST_F(LogIn, RefusesAWrongPassword) {
    expect_bad_credentials(log_in("bob", password + "x"));
}

TEST_F(LogIn, RefusesAnUnknownUserAndOneWithoutAPasswordAlike) {
    for (const char* user : {"nobody", "alice", "BOB", "bob "})
        expect_bad_credentials(log_in(user));
}

TEST_F(LogIn, RefusesAnotherGrantType) {
    for (const std::string& body : {std::string(), "client_id=bob&client_secret=" + path_part(password),
                                    "grant_type=password&username=bob&password=" + path_part(password)})
        expect_problem(ask(body), 400, "unsupported_grant_type",
                       "GrantType value must be client_credentials!");
}

TEST_F(LogIn, NamesWhatIsMissing) {
    expect_problem(ask("grant_type=client_credentials"), 400, "invalid_request",
                   "client_id is missing; client_secret is missing");
    expect_problem(ask("grant_type=client_credentials&client_id=bob"), 400, "invalid_request",
                   "client_secret is missing");
}

TEST_F(LogIn, NeverQuotesHalfAPasswordWithAnAmpersandInIt) {
    const Answer answer =
        ask("grant_type=client_credentials&client_id=bob&client_secret=pass&other-half-of-it");
    expect_problem(answer, 400, "invalid_request");
    EXPECT_EQ(answer.body.find("other-half"), std::string::npos);
}

TEST_F(LogIn, RefusesABodyThatIsNoForm) {
    for (const char* body : {"grant_type=%", "grant_type=a&grant_type=a", "grant_type=%FF", "&"})
        expect_problem(ask(body), 400, "invalid_request");
}

TEST_F(LogIn, RefusesJson) {
    expect_problem(
        send({.method = "POST", .path = token_path, .body = R"({"grant_type":"client_credentials"})"}), 415,
        "unsupported_media_type",
        "The body must be sent with Content-Type: application/x-www-form-urlencoded");
}

TEST_F(LogIn, RefusesABodyOverTheLimit) {
    expect_problem(ask(form("bob", std::string(2U << 20U, 'x'))), 413, "payload_too_large");
}

TEST_F(LogIn, RefusesOtherMethods) {
    const Answer answer = get(token_path);
    expect_problem(answer, 405, "method_not_allowed");
    EXPECT_EQ(answer.field("allow"), "POST, OPTIONS");
    expect_problem(send({.path = token_path}), 401, "invalid_token");
}

TEST_F(LogIn, MakesAUserWaitAfterFiveFailuresWhereverTheyComeFrom) {
    const auto guess = [&] { return send(request_of(form("guessed", "wrong"), new_address())); };
    for (int i = 0; i < 5; ++i)
        expect_bad_credentials(guess());
    expect_wait(until_it_has_to_wait(guess));
    EXPECT_EQ(log_in("bob").status, 200) << "others don't wait";
}

TEST_F(LogIn, MakesAnAddressWaitAfterFiveFailuresWhoeverItTries) {
    auto guess = [&, i = 0]() mutable { return log_in("someone" + std::to_string(++i)); };
    for (int i = 0; i < 5; ++i)
        expect_bad_credentials(guess());
    expect_wait(until_it_has_to_wait(guess));
    EXPECT_EQ(send(request_of(form("bob", password), new_address())).status, 200) << "others don't wait";
}

TEST_F(LogIn, CannotBePreventedByOthersWhoFail) {
    const auto from = [&](const std::string& address, const std::string& secret) {
        return send(request_of(form("target", secret), address)).status;
    };
    ASSERT_EQ(from("192.0.2.1", password), 200);
    bool strangers_wait = false;
    for (int i = 0; i < 100 && !strangers_wait; ++i)
        strangers_wait = from("203.0.113." + std::to_string(i), "wrong") == 429;
    EXPECT_TRUE(strangers_wait);
    EXPECT_EQ(from("192.0.2.1", password), 200);
    EXPECT_EQ(from("192.0.2.200", password), 200) << "the same network";
}

TEST_F(LogIn, IsNotKeptFromOneUserByManyOfAnother) {
    const auto from = [&](const std::string& user) {
        HttpClient client(home().port());
        return client.send(request_of(form(user, password), "192.0.2.7")).status;
    };
    for (const char* user : {"crowd", "late"})
        ASSERT_EQ(from(user), 200) << "and both are known there from now on";
    std::atomic<bool> ended = false;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> crowd;
    crowd.reserve(30);
    for (int i = 0; i < 30; ++i)
        crowd.emplace_back([&] {
            while (!ended)
                refused += from("crowd") == 429 ? 1 : 0;
        });
    while (refused < 30)
        std::this_thread::yield();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(from("late"), 200);
    ended = true;
}

TEST_F(LogIn, OfTenAtOnceAllSucceed) {
    std::vector<Answer> answers(10);
    std::latch start(static_cast<std::ptrdiff_t>(answers.size()));
    std::vector<std::jthread> clients;
    clients.reserve(answers.size());
    for (Answer& answer : answers)
        clients.emplace_back([&] {
            HttpClient client(home().port());
            start.arrive_and_wait();
            answer = client.send(request_of(form("bob", password), address_));
        });
    clients.clear();
    for (const Answer& answer : answers)
        EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(LogIn, OfAHundredGuessesAtOnceOnlyAFewAreLookedAt) {
    std::vector<Answer> answers(100);
    std::vector<std::jthread> clients;
    clients.reserve(answers.size());
    for (Answer& answer : answers)
        clients.emplace_back([&, address = new_address()] {
            HttpClient client(home().port());
            answer = client.send(request_of(form("flooded", "wrong"), address));
        });
    clients.clear();
    const auto looked_at = std::ranges::count(answers, 401, &Answer::status);
    EXPECT_GE(looked_at, 5);
    // Another attempt may have run concurrently with the fifth, and the wait may have ended since.
    EXPECT_LE(looked_at, 10);
    EXPECT_EQ(std::ranges::count(answers, 429, &Answer::status) + looked_at, 100);
}

TEST_F(LogIn, LeavesATraceOfFailuresWithoutThePassword) {
    const std::string wrong = "wrong-" + hex(random_octets(8));
    expect_bad_credentials(log_in("mallory", wrong));
    EXPECT_EQ(log_in("bob").status, 200);
    const std::string log = server().log();
    const auto line = log.find("login.failed", log.rfind('\n', log.find("mallory")));
    ASSERT_NE(line, std::string::npos) << log;
    EXPECT_THAT(log.substr(line, log.find('\n', line) - line), testing::HasSubstr(address_));
    for (const char* file : {"log", "keyward.db", "keyward.db-wal"})
        for (const std::string& secret : {wrong, password, path_part(password)})
            EXPECT_EQ(test::read_file(home().folder().file(file)).find(secret), std::string::npos) << file;
}

}  // namespace
}  // namespace keyward::e2e
