// A database that freezes, is locked or is damaged under a running service: what clients and /health/ready
// see.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/contract/catalogue/postgres_server.hpp"
#include "tests/contract/catalogue/test_database.hpp"
#include "tests/http/api/live.hpp"
#include "tests/http/api/polling.hpp"
#include "tests/support/pg_proxy.hpp"

namespace keyward::e2e {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

bool in_long_form() {
    return std::getenv("KEYWARD_LONG") != nullptr;
}

Milliseconds since(Time::time_point start) {
    return std::chrono::duration_cast<Milliseconds>(Time::now() - start);
}

std::string readiness(HttpClient& client, const std::string& token = {}) {
    return client.send({.path = "/health/ready", .token = token}).json().value("status", "");
}

/// How long answers took, from several threads.
class Times {
  public:
    void add(Milliseconds time) {
        const std::lock_guard lock(mutex_);
        all_.push_back(time);
    }
    [[nodiscard]] std::size_t count() const { return all_.size(); }
    [[nodiscard]] Milliseconds longest() const { return *std::ranges::max_element(all_); }
    /// Nineteen of twenty took at most as long.
    [[nodiscard]] Milliseconds usual() {
        std::ranges::sort(all_);
        return all_[all_.size() * 19 / 20];
    }

  private:
    std::mutex mutex_;
    std::vector<Milliseconds> all_;
};

/// Threads that do something again and again until they are ended.
class Again {
  public:
    Again(int threads, const std::function<void()>& action) {
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([this, action] {
                while (!ending_)
                    action();
            });
    }
    void end() {
        ending_ = true;
        threads_.clear();
    }

  private:
    std::atomic<bool> ending_ = false;
    std::vector<std::jthread> threads_;
};

class FrozenPostgresql : public testing::Test {
  protected:
    static HomeOptions options(const std::string& database_url, std::uint16_t port,
                               const std::string& deadline) {
        const std::string name = database_url.substr(database_url.find("@/") + 2);
        HomeOptions options;
        options.environments = {"production"};
        options.catalogue_url =
            storage::PostgresServer::instance().url_at(port, name.substr(0, name.find('?')));
        options.catalogue = "deadline = \"" + deadline + "\"\n";
        return options;
    }

    // libpq waits for a new connection for two seconds at least.
    const Milliseconds deadline_ = in_long_form() ? 5s : 2s;
    const Milliseconds freeze_ = in_long_form() ? 60s : 5s;
    std::unique_ptr<storage::TestDatabase> database_ = storage::make_postgresql_database();
    test::PgProxy proxy_{storage::PostgresServer::instance().socket()};
    const Home home_{options(database_->url(), proxy_.port(), in_long_form() ? "5s" : "2s")};
    Server server_{home_};
};

TEST_F(FrozenPostgresql, DelaysNoAnswerByMoreThanItsDeadlineAndReadinessNotAtAll) {
    HttpClient client(home_.port());
    ASSERT_EQ(client
                  .send({.method = "POST",
                         .path = keys_path(),
                         .body = text_of(create_body("before", "SECRET_KEY", "AES",
                                                     {{"production", "MDEyMzQ1Njc4OWFiY2RlZg=="}})),
                         .token = home_.token()})
                  .status,
              200);
    Times ready;
    Times requests;
    proxy_.command("freeze");
    const auto frozen = Time::now();
    Again polls(2, [&, port = home_.port()] {
        thread_local HttpClient poll(port);
        const auto start = Time::now();
        const Answer answer = poll.send({.path = "/health/ready", .token = home_.token()});
        ready.add(since(start));
        EXPECT_NE(answer.status, 0);
        std::this_thread::sleep_for(5ms);
    });
    Again work(4, [&, port = home_.port()] {
        thread_local HttpClient worker(port);
        const auto start = Time::now();
        const Answer answer = worker.send({.method = "POST",
                                           .path = keys_path(),
                                           .body = text_of(aes_body(unique_name())),
                                           .token = home_.token(),
                                           .fields = {"Idempotency-Key: " + unique_name()}});
        requests.add(since(start));
        EXPECT_EQ(answer.status, 503) << answer.body;
        std::this_thread::sleep_for(20ms);
    });
    EXPECT_TRUE(comes_true([&] { return readiness(client) == "down"; }, 10s));
    const auto known = since(frozen);
    EXPECT_LT(known, 2s);
    while (since(frozen) < freeze_) {
        EXPECT_EQ(readiness(client), "down");
        std::this_thread::sleep_for(50ms);
    }
    polls.end();
    work.end();
    proxy_.command("thaw");
    const auto thawed = Time::now();
    EXPECT_TRUE(comes_true([&] { return readiness(client) == "ready"; }, 10s));
    std::cout << "frozen for " << freeze_.count() << " ms: down after " << known.count() << " ms; "
              << ready.count() << " answers of /health/ready, usually within " << ready.usual().count()
              << " ms, at most " << ready.longest().count() << "; " << requests.count()
              << " requests, at most " << requests.longest().count() << " ms; ready again after "
              << since(thawed).count() << " ms\n";
    EXPECT_LE(ready.usual(), 50ms);
    EXPECT_LT(ready.longest(), 500ms);
    EXPECT_LE(requests.longest(), deadline_ + 1s);
    EXPECT_EQ(client.send({.path = key_path("before"), .token = home_.token()}).status, 200);
    EXPECT_EQ(server_.stop(), 0);
}

/// An SQLite database that others get at.
class TroubledSqlite : public testing::Test {
  protected:
    TroubledSqlite() { sqlite3_open(home_.database().c_str(), &database_); }
    ~TroubledSqlite() override { sqlite3_close(database_); }
    void execute(const char* statement) {
        ASSERT_EQ(sqlite3_exec(database_, statement, nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database_);
    }
    bool becomes(const std::string& status, Milliseconds time) {
        return comes_true([&] { return readiness(client_) == status; }, time);
    }

    const Home home_{{.environments = {"production"}, .catalogue = "deadline = \"1s\"\n"}};
    Server server_{home_};
    HttpClient client_{home_.port()};
    sqlite3* database_ = nullptr;
};

TEST_F(TroubledSqlite, IsDownWhileItIsLockedAndDelaysNoAnswerByMoreThanTheDeadline) {
    ASSERT_TRUE(becomes("ready", 5s));
    execute("begin immediate");
    EXPECT_TRUE(becomes("down", 3s));
    Times requests;
    Again work(4, [&, port = home_.port()] {
        thread_local HttpClient worker(port);
        const auto start = Time::now();
        EXPECT_EQ(worker
                      .send({.method = "POST",
                             .path = keys_path(),
                             .body = text_of(create_body(unique_name(), "SECRET_KEY", "AES",
                                                         {{"production", "MDEyMzQ1Njc4OWFiY2RlZg=="}})),
                             .token = home_.token(),
                             .fields = {"Idempotency-Key: " + unique_name()}})
                      .status,
                  503);
        requests.add(since(start));
        std::this_thread::sleep_for(20ms);
    });
    const auto until = Time::now() + 3s;
    while (Time::now() < until) {
        EXPECT_EQ(readiness(client_), "down");
        // What is only read is answered.
        EXPECT_EQ(client_.send({.path = keys_path(), .token = home_.token()}).status, 200);
        std::this_thread::sleep_for(20ms);
    }
    work.end();
    EXPECT_LE(requests.longest(), 2s);
    execute("rollback");
    EXPECT_TRUE(becomes("ready", 4s));
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(TroubledSqlite, IsDownWhileItsDiskIsFull) {
    ASSERT_TRUE(becomes("ready", 5s));
    execute("create trigger full before insert on probes begin select raise(abort, 'disk is full'); end");
    EXPECT_TRUE(becomes("down", 3s));
    execute("drop trigger full");
    EXPECT_TRUE(becomes("ready", 3s));
}

TEST_F(TroubledSqlite, IsDownWhenItsPagesWereOverwritten) {
    ASSERT_TRUE(becomes("ready", 5s));
    execute("select count(*) from keys");  // only then this connection knows of the log
    // What is in the log hides the file.
    ASSERT_TRUE(comes_true(
        [&] {
            int left = -1;
            return sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, &left,
                                             nullptr) == SQLITE_OK &&
                   left == 0;
        },
        10s));
    constexpr std::streamoff page = 4096;
    std::fstream file(home_.database(), std::ios::in | std::ios::out | std::ios::binary | std::ios::ate);
    const std::streamoff size = file.tellg();
    file.seekp(page);
    file << std::string(static_cast<std::size_t>(size - page), '\xa5') << std::flush;
    EXPECT_TRUE(becomes("down", 5s));
}

}  // namespace
}  // namespace keyward::e2e
