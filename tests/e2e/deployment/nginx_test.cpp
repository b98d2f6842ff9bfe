#include "tests/e2e/support/nginx.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class BehindNginx : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        start({});
        nginx_ = std::make_unique<Nginx>(home().port());
    }
    static void TearDownTestSuite() {
        nginx_.reset();
        LiveKeyward::TearDownTestSuite();
    }
    static Tls http_1_1() {
        Tls tls = nginx_->tls();
        tls.only_http_1_1 = true;
        return tls;
    }
    /// Sends a request of alice.
    static Answer through(const Tls& tls, Request request) {
        if (request.token.empty()) request.token = home().token();
        return HttpClient(nginx_->port(), tls).send(request);
    }
    Answer through(Request request) { return through(nginx_->tls(), std::move(request)); }
    nlohmann::json body_of(const std::string& name) {
        return create_body(name, "SECRET_KEY", "AES",
                           {{"production", base64(key_)}, {"staging", base64(key_)}});
    }
    Request create_request(const std::string& name) {
        return {.method = "POST", .path = keys_path(), .body = text_of(body_of(name))};
    }
    nlohmann::json contract() {
        return success(deployed({"production", "staging"}, {{"keyCheckValue", cipher_check_value(key_)}}));
    }

    const std::string key_ = random_octets(32);
    inline static std::unique_ptr<Nginx> nginx_;
};

TEST_F(BehindNginx, ACreateIsAnsweredAsTheContractSays) {
    for (const Tls& tls : {nginx_->tls(), http_1_1()}) {
        const Answer answer = through(tls, create_request(unique_name()));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.json(), contract()) << answer.body;
        expect_common_fields(answer);
        EXPECT_EQ(answer.field("strict-transport-security"), "max-age=31536000");
    }
}

TEST_F(BehindNginx, AKeyIsChangedAndDeleted) {
    const std::string name = unique_name();
    ASSERT_EQ(through(create_request(name)).status, 200);
    const Answer changed =
        through({.method = "PUT", .path = key_path(name), .body = R"({"description":"new"})"});
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(through({.path = key_path(name)}).json()["resultList"][0]["description"], "new");
    const Answer deleted = through({.method = "DELETE", .path = key_path(name)});
    EXPECT_EQ(deleted.status, 200) << deleted.body;
    EXPECT_EQ(through({.path = key_path(name)}).status, 404);
}

TEST_F(BehindNginx, ARepeatWithAnIdempotencyKeyGetsTheFirstAnswer) {
    Request request = create_request(unique_name());
    request.fields = {"Idempotency-Key: " + unique_name()};
    const Answer first = through(request);
    ASSERT_EQ(first.status, 200) << first.body;
    const Answer repeat = through(request);
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(repeat.body, first.body);
    EXPECT_EQ(repeat.field("idempotent-replayed"), "true");
}

TEST_F(BehindNginx, AnEncodedSlashStaysPartOfTheName) {
    const std::string name = "a/b " + unique_name();
    ASSERT_EQ(through(create_request(name)).status, 200);
    ASSERT_THAT(key_path(name), HasSubstr("a%2Fb%20"));
    const Answer answer = through({.path = key_path(name)});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["resultList"][0]["name"], name);
}

TEST_F(BehindNginx, ATooLargeBodyIsAProblemInJson) {
    const std::string body(std::size_t{1024} * 1024 + 1, ' ');
    for (const Tls& tls : {nginx_->tls(), http_1_1()})
        expect_problem(through(tls, {.method = "POST", .path = keys_path(), .body = body}), 413,
                       "payload_too_large");
}

TEST_F(BehindNginx, ALargeBodyReachesTheService) {
    const std::string body(std::size_t{1024} * 1024, ' ');
    const Answer answer = through({.method = "POST", .path = keys_path(), .body = body});
    expect_problem(answer, 400, "bad_request");
}

TEST_F(BehindNginx, AChunkedRequestArrivesWithALength) {
    Request request = create_request(unique_name());
    request.fields = {"Transfer-Encoding: chunked"};
    const Answer direct = HttpClient(home().port())
                              .send({.method = "POST",
                                     .path = keys_path(),
                                     .body = request.body,
                                     .token = home().token(),
                                     .fields = request.fields});
    EXPECT_NE(direct.status, 200) << "the service itself takes none";
    const Answer answer = through(http_1_1(), request);
    EXPECT_EQ(answer.json(), contract()) << answer.body;
}

TEST_F(BehindNginx, ATooLargeChunkedBodyIsAProblemInJson) {
    const std::string body(std::size_t{1024} * 1024 + 1, ' ');
    expect_problem(
        through(
            http_1_1(),
            {.method = "POST", .path = keys_path(), .body = body, .fields = {"Transfer-Encoding: chunked"}}),
        413, "payload_too_large");
}

TEST_F(BehindNginx, NobodyGetsInWithoutACertificateOfTheAuthority) {
    for (const Tls& tls : {nginx_->without_certificate(), nginx_->stranger()}) {
        expect_problem(through(tls, {.path = "/health/live"}), 403, "forbidden");
        const std::string name = unique_name();
        expect_problem(through(tls, create_request(name)), 403, "forbidden");
        EXPECT_EQ(get_key(name).status, 404);
    }
}

TEST_F(BehindNginx, MetricsAreNotThereForOtherMachines) {
    Tls outside = nginx_->tls();
    outside.source = "127.0.0.7";
    EXPECT_EQ(through(outside, {.path = "/health/live"}).status, 200);
    for (const char* path : {"/metrics", "/metrics/", "/metrics?a=b", "/%6detrics", "/./metrics"})
        expect_problem(through(outside, {.path = path}), 404, "not_found", "There is no such route");
}

TEST_F(BehindNginx, ASaneRequestIdIsHandedThrough) {
    for (const std::string& id : {std::string("a"), std::string("Job-7_2026.11:4"), std::string(128, 'x')})
        for (const char* path : {"/health/live", "/metrics"})
            EXPECT_EQ(through({.path = path, .fields = {"X-Request-Id: " + id}}).field("x-request-id"), id);
}

TEST_F(BehindNginx, AnotherRequestIdIsReplaced) {
    for (const std::string& id :
         {std::string(129, 'x'), std::string("a b"), std::string("a\"b"), std::string("a;b")}) {
        const Answer answer = through({.path = "/health/live", .fields = {"X-Request-Id: " + id}});
        EXPECT_THAT(answer.field("x-request-id"), testing::MatchesRegex("[0-9a-f]{32}"));
    }
}

TEST_F(BehindNginx, RequestsThatNginxItselfRefusesAreProblemsInJson) {
    expect_problem(through(http_1_1(), {.method = "TRACE", .path = "/health/live"}), 405,
                   "method_not_allowed");
    expect_problem(through(http_1_1(), {.path = "/" + std::string(20'000, 'a')}), 414, "bad_request");
    expect_problem(
        through(http_1_1(), {.path = "/health/live", .fields = {"X: " + std::string(20'000, 'a')}}), 400,
        "bad_request");
    expect_problem(through(http_1_1(), {.path = "/%zz"}), 400, "bad_request");
}

TEST_F(BehindNginx, ALongListIsWhole) {
    const std::string long_project = "long-" + unique_name();
    home().must({"project", "create", long_project, "--environments", "production"});
    home().must({"grant", "alice", long_project, "SECRETS:MANAGE"});
    fill_with_keys(home(), long_project, 5000);
    for (const Tls& tls : {nginx_->tls(), http_1_1()}) {
        const Answer answer = through(tls, {.path = "/apiops/projects/" + long_project + "/keys/"});
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.json()["resultCount"], 5000);
        EXPECT_EQ(answer.json()["resultList"].size(), 5000U);
    }
}

TEST_F(BehindNginx, TooManyLoginsOfOneClientAreAProblemInJson) {
    HttpClient client(nginx_->port(), nginx_->from("127.0.0.9"));
    const auto try_it = [&] {
        return client.send(
            {.method = "POST",
             .path = "/apiops/auth/token",
             .body = "grant_type=x",
             .fields = {"Content-Type: application/x-www-form-urlencoded", "X-Request-Id: many-1"}});
    };
    Answer answer = try_it();
    expect_problem(answer, 400, "unsupported_grant_type");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (answer.status != 429 && std::chrono::steady_clock::now() < until)
        answer = try_it();
    expect_problem(answer, 429, "too_many_requests");
    EXPECT_EQ(answer.field("retry-after"), "1");
    EXPECT_EQ(answer.field("x-request-id"), "many-1");
    EXPECT_EQ(through({.path = "/health/live"}).status, 200) << "all else goes on";
}

TEST_F(BehindNginx, TooManyRequestsOfOneClientAreAProblemInJson) {
    const Nginx strict(home().port(), {{"rate=5000r/s", "rate=1r/m"}, {"burst=5000", "burst=2"}});
    HttpClient client(strict.port(), strict.from("127.0.0.9"));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(client.send({.path = "/health/live"}).status, 200);
    expect_problem(client.send({.path = "/health/live"}), 429, "too_many_requests",
                   "This address sends more than the proxy lets one client send. Try again");
    HttpClient other(strict.port(), strict.from("127.0.0.10"));
    EXPECT_EQ(other.send({.path = "/health/live"}).status, 200) << "another client goes on";
}

TEST_F(BehindNginx, TooManyRequestsOfOneClientAtOnceAreAProblemInJson) {
    const Nginx strict(home().port(), {{"keyward_connections 256", "keyward_connections 1"}});
    const auto post = [&] {
        HttpClient client(strict.port(), strict.from("127.0.0.9"));
        return client.send({.method = "POST", .path = keys_path(), .body = std::string(1'000'000, ' ')});
    };
    std::atomic<bool> ended = false;
    std::jthread beside([&] {
        while (!ended)
            post();
    });
    Answer answer;
    EXPECT_TRUE(test::comes_true([&] { return (answer = post()).status == 429; }));
    ended = true;
    expect_problem(answer, 429, "too_many_requests",
                   "This address sends more than the proxy lets one client send. Try again");
    HttpClient other(strict.port(), strict.from("127.0.0.10"));
    EXPECT_EQ(other.send({.path = "/health/live"}).status, 200) << "another client goes on";
}

TEST_F(BehindNginx, ARequestThatDoesNotArriveInTimeEndsItsConnection) {
    const Nginx strict(home().port(), {{"client_body_timeout         10s", "client_body_timeout 1s"}});
    Tls tls = strict.tls();
    tls.only_http_1_1 = true;
    HttpClient client(strict.port(), tls);
    const Answer answer =
        client.send({.method = "POST", .path = keys_path(), .body = "{", .fields = {"Content-Length: 1000"}});
    EXPECT_EQ(answer.status, 0);
}

TEST_F(BehindNginx, PlainHttpIsAProblemInJson) {
    expect_problem(HttpClient(nginx_->port()).send({.path = "/health/live"}), 400, "bad_request",
                   "This port speaks HTTPS; plain HTTP was sent to it");
}

TEST_F(BehindNginx, ThePlacesOfItsOwnAnswersAreNotThereForClients) {
    for (const char* path : {"/-/unreadable", "/-/long_address"})
        expect_problem(through({.path = path}), 404, "not_found");
}

TEST_F(BehindNginx, HeadersOfBrowsersDoNotDisturb) {
    const Answer answer =
        through({.path = "/health/live",
                 .fields = {"Accept: text/html;q=x, */*", "Cookie: a", "Cache-Control: =", "Date: yesterday",
                            "If-None-Match: \"x\"", "Range: bytes=0-1"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["status"], "live");
}

TEST_F(BehindNginx, TheLogsHoldNoTokenNoKeyAndNoQuery) {
    const std::string name = unique_name();
    Request request = create_request(name);
    request.path += "?onFailure=rollback";
    ASSERT_EQ(through(request).status, 200);
    EXPECT_THAT(nginx_->log(), HasSubstr("/apiops/projects/"));
    EXPECT_THAT(nginx_->log(), Not(HasSubstr(home().token())));
    EXPECT_THAT(nginx_->log(), Not(HasSubstr(base64(key_))));
    EXPECT_THAT(nginx_->log(), Not(HasSubstr("rollback")));
}

TEST(NginxWithoutTheService, SaysSoInJson) {
    const Nginx nginx(test::free_port());
    HttpClient client(nginx.port(), nginx.tls());
    const Answer answer = client.send({.path = "/health/live"});
    expect_problem(answer, 503, "overloaded", "The service did not answer. Try again");
    EXPECT_EQ(answer.field("retry-after"), "2");
}

}  // namespace
}  // namespace keyward::e2e
