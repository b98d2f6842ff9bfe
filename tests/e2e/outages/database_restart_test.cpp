// A PostgreSQL server that is stopped and started, or replaced by its standby, while the service runs.
#include <future>

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "tests/contract/catalogue/support/postgres_server.hpp"
#include "tests/e2e/outages/readiness.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
using storage::PostgresServer;

/// The first value of a statement on a connection of its own; empty when there is none.
std::string asked(const PostgresServer& server, const std::string& statement) {
    const std::unique_ptr<PGconn, decltype(&::PQfinish)> connection(
        ::PQconnectdb(server.url("postgres").c_str()), &::PQfinish);
    const std::unique_ptr<PGresult, decltype(&::PQclear)> result(
        ::PQexec(connection.get(), statement.c_str()), &::PQclear);
    const auto status = ::PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(::PQerrorMessage(connection.get()));
    return ::PQntuples(result.get()) == 0 ? "" : ::PQgetvalue(result.get(), 0, 0);
}

Request creation(const Home& home, const std::string& name, const std::vector<std::string>& fields = {}) {
    return {
        .method = "POST",
        .path = keys_path(),
        .body = text_of(create_body(name, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}})),
        .token = home.token(),
        .fields = fields};
}

/// One server whose token delays its calls as a test says. The parameter: whether requests have an
/// Idempotency-Key.
class StoppedPostgresql : public testing::TestWithParam<bool> {
  protected:
    HomeOptions options() {
        HomeOptions options;
        options.environments = {"production"};
        options.local_module = KEYWARD_HANGING_MODULE;
        options.catalogue_url = database_.url("postgres");
        options.catalogue = "deadline = \"2s\"\n";
        return options;
    }
    void let_imports_take(const std::string& milliseconds) {
        home_.folder().write("hang", "C_CreateObject " + milliseconds + "\n");
    }
    Answer send(const Request& request) const { return HttpClient(home_.port()).send(request); }
    /// Begins a creation that the token delays by that time, and waits until the intent is written.
    std::future<Answer> begin_create(const std::string& milliseconds) {
        let_imports_take(milliseconds);
        auto answer = std::async(std::launch::async, [this] { return send(request_); });
        EXPECT_TRUE(test::comes_true([&] { return asked(database_, "select 1 from intents") == "1"; }, 10s));
        return answer;
    }
    void expect_one_key() {
        let_imports_take("0");
        EXPECT_EQ(send({.path = keys_path(), .token = home_.token()}).json().value("resultCount", 0), 1);
        EXPECT_TRUE(test::comes_true([&] { return objects_in(home_, "production").size() == 1; }));
        EXPECT_TRUE(test::comes_true([&] {
            return asked(database_, "select 1 from intents").empty() &&
                   asked(database_, "select 1 from tombstones").empty();
        }));
        EXPECT_EQ(server_.stop(), 0);
    }

    const PostgresServer database_;
    const Home home_{options()};
    Server server_{home_};
    const Request request_ =
        creation(home_, "card-key",
                 GetParam() ? std::vector<std::string>{"Idempotency-Key: one"} : std::vector<std::string>{});
};

TEST_P(StoppedPostgresql, LeavesNoNameTakenThatARepeatMeets) {
    auto answer = begin_create("2000");
    database_.stop();
    const Answer cut_off = answer.get();
    EXPECT_EQ(cut_off.status, 503) << cut_off.body;
    let_imports_take("0");
    database_.start();
    const auto back = Time::now();
    Answer repeat = send(request_);
    for (; repeat.status != 200 && Time::now() < back + 10s; repeat = send(request_)) {
        EXPECT_EQ(repeat.status, 503) << repeat.body;
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(repeat.status, 200) << repeat.body;
    EXPECT_LT(Time::now() - back, 2s);
    expect_one_key();
}

TEST_P(StoppedPostgresql, ThatIsBackBeforeTheTokenAnswersIsNotNoticed) {
    auto answer = begin_create("4000");
    database_.stop();
    database_.start();
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout) << "the restart took longer than the token";
    const Answer created = answer.get();
    EXPECT_EQ(created.status, 200) << created.body;
    expect_one_key();
}

INSTANTIATE_TEST_SUITE_P(, StoppedPostgresql, testing::Bool(), [](const auto& test) {
    return std::string(test.param ? "WithAnIdempotencyKey" : "WithoutAnIdempotencyKey");
});

/// A primary and a hot standby, both configured in the service.
class Failover : public testing::Test {
  protected:
    HomeOptions options() {
        HomeOptions options;
        options.environments = {"production"};
        options.catalogue_url = primary_.url("postgres") + "," + standby_->host();
        options.catalogue = "deadline = \"2s\"\n";
        return options;
    }
    bool becomes(const std::string& status, Milliseconds time) {
        return test::comes_true([&] { return readiness(client_) == status; }, time);
    }
    Answer create(const std::string& name) { return client_.send(creation(home_, name)); }
    bool standby_has(const std::string& key) {
        return test::comes_true(
            [&] { return asked(*standby_, "select name from keys where name = '" + key + "'") == key; });
    }

    static constexpr Milliseconds deadline{2000};
    const PostgresServer primary_;
    const std::unique_ptr<PostgresServer> standby_ = PostgresServer::standby_of(primary_);
    const Home home_{options()};
    Server server_{home_};
    HttpClient client_{home_.port()};
};

TEST_F(Failover, LeavesAServerThatBecameReadOnlyForTheOneThatWasPromoted) {
    ASSERT_EQ(create("before").status, 200);
    ASSERT_TRUE(standby_has("before"));
    asked(primary_, "alter system set default_transaction_read_only = on");
    asked(primary_, "select pg_reload_conf()");
    EXPECT_TRUE(becomes("down", deadline));
    EXPECT_EQ(create("refused").status, 503);
    asked(*standby_, "select pg_promote()");
    const auto promoted = Time::now();
    EXPECT_TRUE(becomes("ready", deadline));
    EXPECT_EQ(create("after").status, 200);
    EXPECT_LT(Time::now() - promoted, deadline);
    EXPECT_EQ(asked(*standby_, "select count(*) from keys"), "2");
    EXPECT_EQ(asked(primary_, "select count(*) from keys"), "1");
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(Failover, ComesBackToAServerThatMayBeWrittenToAgain) {
    asked(primary_, "alter system set default_transaction_read_only = on");
    asked(primary_, "select pg_reload_conf()");
    EXPECT_TRUE(becomes("down", deadline));
    asked(primary_, "alter system reset default_transaction_read_only");
    asked(primary_, "select pg_reload_conf()");
    EXPECT_TRUE(becomes("ready", deadline));
    EXPECT_EQ(create("after").status, 200);
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(Failover, AStandbyAloneIsNoCatalogue) {
    const test::CommandResult outcome = home_.keyward({"project", "list"});
    ASSERT_EQ(outcome.code, 0) << outcome.errors;
    primary_.stop();
    EXPECT_TRUE(becomes("down", 2 * deadline));
    EXPECT_NE(home_.keyward({"project", "list"}).code, 0);
    primary_.start();
    EXPECT_TRUE(becomes("ready", deadline));
    EXPECT_EQ(server_.stop(), 0);
}

}  // namespace
}  // namespace keyward::e2e
