// A database that freezes, is locked or is damaged while the service runs: the answers to clients and of
// /health/ready.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "tests/contract/catalogue/support/postgres_server.hpp"
#include "tests/contract/catalogue/support/test_database.hpp"
#include "tests/e2e/outages/readiness.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/pg_proxy.hpp"
#include "tests/support/polling.hpp"

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

/// The durations of answers, recorded by several threads.
class Times {
  public:
    void add(Milliseconds time) {
        const std::lock_guard lock(mutex_);
        all_.push_back(time);
    }
    [[nodiscard]] std::size_t count() const { return all_.size(); }
    [[nodiscard]] Milliseconds longest() const { return *std::ranges::max_element(all_); }
    /// The 99th percentile.
    [[nodiscard]] Milliseconds p99() {
        std::ranges::sort(all_);
        return all_[all_.size() * 99 / 100];
    }

    friend std::ostream& operator<<(std::ostream& out, Times& times) {
        return out << times.count() << " (" << times.p99().count() << ", " << times.longest().count() << ")";
    }

  private:
    std::mutex mutex_;
    std::vector<Milliseconds> all_;
};

/// Threads that repeat an action until they are ended.
class Again {
  public:
    Again(int threads, const std::function<void()>& action) {
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([this, action] {
                while (!ending_)
                    action();
            });
    }
    Again(const Again&) = delete;
    Again& operator=(const Again&) = delete;
    Again(Again&&) = delete;
    Again& operator=(Again&&) = delete;
    ~Again() { end(); }
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

    // libpq waits at least two seconds for a new connection.
    const Milliseconds deadline_ = in_long_form() ? 5s : 2s;
    const Milliseconds freeze_ = in_long_form() ? 60s : 5s;
    std::unique_ptr<storage::TestDatabase> database_ = storage::make_postgresql_database();
    test::PgProxy proxy_{storage::PostgresServer::instance().socket()};
    const Home home_{options(database_->url(), proxy_.port(), in_long_form() ? "5s" : "2s")};
    Server server_{home_};
};

/// Clients that send all kinds of requests from before a freeze until shortly before its end. Each answer
/// must be a 200, or a 503 in time. Whether a change with a 503 was done is checked afterwards.
class Load {
  public:
    Load(const Home& home, Milliseconds pause) : home_(home), pause_(pause) {
        HttpClient client(home.port());
        for (const std::string& name : {kept_, replaced_})
            EXPECT_EQ(client.send(creation(name)).status, 200);
        for (int i = 0; i < 40; ++i) {
            doomed_.push_back("doomed-" + std::to_string(i));
            EXPECT_EQ(client.send(creation(doomed_.back())).status, 200);
        }
    }

    void begin() {
        add("create", [this](HttpClient& client) { create(client); });
        add("read", [this](HttpClient& client) { send(client, reading(kept_)); });
        add("list", [this](HttpClient& client) { send(client, listing()); });
        add("encrypt", [this](HttpClient& client) { send(client, encryption(kept_)); });
        add("log in", [this](HttpClient& client) { send(client, login()); });
        add("replace", [this](HttpClient& client) { send(client, replacement()); });
        add("delete", [this](HttpClient& client) { remove(client); });
    }
    void end() { clients_.clear(); }
    /// Counts durations from now on, so that the time before the freeze does not count.
    void count_from_now() { counted_from_ = Time::now(); }

    /// Repeats the requests after the thaw. Each must be done within this time, and every acknowledged key
    /// must exist.
    void expect_all_done(Milliseconds time) {
        HttpClient client(home_.port());
        for (const Request& request : {replacement(), login(), listing(), encryption(kept_)})
            expect_done(client, request, 200, time);
        for (const Request& request : unanswered_)
            expect_done(client, request, 200, time);
        for (const std::string& name : doomed_) {
            expect_done(client, removal(name), 404, time);
            EXPECT_EQ(client.send(reading(name)).status, 404);
        }
        created_.insert({kept_, replaced_});
        for (const std::string& name : created_)
            EXPECT_EQ(client.send(encryption(name)).status, 200) << name;
        EXPECT_EQ(client.send(listing()).json().value("resultCount", std::size_t{0}), created_.size());
    }
    [[nodiscard]] std::size_t keys() const { return created_.size(); }

    void expect_in_time(Milliseconds limit) const {
        for (const auto& [name, times] : times_) {
            EXPECT_LE(times->longest(), limit) << name;
            EXPECT_GT(times->refused, 0) << name;
            std::cout << name << ": " << times->count() << " answers, " << times->refused
                      << " of them 503, at most " << times->longest().count() << " ms\n";
        }
    }

    inline static const std::string password = "a password for a test";

  private:
    struct Answers : Times {
        std::atomic<int> refused = 0;
    };

    void add(const std::string& name, const std::function<void(HttpClient&)>& work) {
        auto& answers = times_[name] = std::make_unique<Answers>();
        clients_.push_back(std::make_unique<Again>(1, [this, work, &answers = *answers] {
            thread_local HttpClient client(home_.port());
            answers_of_this_thread = &answers;
            work(client);
            std::this_thread::sleep_for(pause_);
        }));
    }

    /// Whether the answer is a 200.
    bool send(HttpClient& client, const Request& request) const {
        const auto start = Time::now();
        const Answer answer = client.send(request);
        answers_of_this_thread->add(since(std::max(start, counted_from_.load())));
        EXPECT_TRUE(answer.status == 200 || answer.status == 503)
            << request.method << " " << request.path << ": " << answer.status << " " << answer.body;
        if (answer.status == 503) ++answers_of_this_thread->refused;
        return answer.status == 200;
    }
    void create(HttpClient& client) {
        const std::string name = unique_name();
        const Request request = creation(name);
        created_.insert(name);
        if (!send(client, request)) unanswered_.push_back(request);
    }
    void remove(HttpClient& client) {
        if (removed_ < doomed_.size() && send(client, removal(doomed_[removed_]))) ++removed_;
    }
    static void expect_done(HttpClient& client, const Request& request, int status, Milliseconds time) {
        const auto until = Time::now() + time;
        Answer answer = client.send(request);
        for (; answer.status != status && Time::now() < until; answer = client.send(request))
            std::this_thread::sleep_for(20ms);
        EXPECT_EQ(answer.status, status) << request.method << " " << request.path << ": " << answer.body;
    }

    [[nodiscard]] Request with_body(const std::string& method, const std::string& path,
                                    const nlohmann::json& body) const {
        return {.method = method,
                .path = path,
                .body = text_of(body),
                .token = home_.token(),
                .fields = {"Idempotency-Key: " + unique_name()}};
    }
    [[nodiscard]] Request creation(const std::string& name) const {
        return with_body("POST", keys_path(),
                         create_body(name, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}}));
    }
    [[nodiscard]] Request replacement() const {
        return with_body("PUT", key_path(replaced_),
                         {{"cryptoKeyInfoEnvironmentList",
                           {{{"environmentName", "production"}, {"content", base64(random_octets(32))}}}}});
    }
    [[nodiscard]] Request removal(const std::string& name) const {
        return {.method = "DELETE", .path = key_path(name), .token = home_.token()};
    }
    [[nodiscard]] Request reading(const std::string& name) const {
        return {.path = key_path(name), .token = home_.token()};
    }
    [[nodiscard]] Request listing() const { return {.path = keys_path(), .token = home_.token()}; }
    [[nodiscard]] Request encryption(const std::string& name) const {
        return {.method = "POST",
                .path = key_path(name) + "environments/production/encrypt/",
                .body = text_of({{"mechanism", "AES-GCM"}, {"input", base64("a text")}}),
                .token = home_.token()};
    }
    static Request login() {
        return {.method = "POST",
                .path = "/apiops/auth/token",
                .body = "grant_type=client_credentials&client_id=bob&client_secret=" + path_part(password),
                .fields = {"Content-Type: application/x-www-form-urlencoded"}};
    }

    inline static thread_local Answers* answers_of_this_thread = nullptr;
    const Home& home_;
    const Milliseconds pause_;  ///< of each client after an answer
    const std::string kept_ = "kept";
    const std::string replaced_ = "replaced";
    std::atomic<Time::time_point> counted_from_{Time::time_point::min()};
    std::vector<std::string> doomed_;
    std::size_t removed_ = 0;          ///< the deleting client's
    std::set<std::string> created_;    ///< the creating client's
    std::vector<Request> unanswered_;  ///< the creating client's
    std::map<std::string, std::unique_ptr<Answers>> times_;
    std::vector<std::unique_ptr<Again>> clients_;
};

/// Polls the health endpoints with and without a token.
class Polls {
  public:
    explicit Polls(const Home& home) : home_(home) {}

    /// Other load on the machine sometimes delays an answer. Only a request with a token needs the catalogue;
    /// the first one while it hangs waits for 20 ms.
    void expect_no_wait() {
        polls_.end();
        std::cout << "answers, p99 and longest in ms: " << ready_ << " of /health/ready, " << known_
                  << " with a token, " << live_ << " of /health/live\n";
        EXPECT_LE(ready_.p99(), 50ms);
        EXPECT_LE(ready_.longest(), 50ms + 4 * live_.longest());
        EXPECT_LE(known_.p99(), 50ms);
        EXPECT_LE(known_.longest(), 500ms);
    }

  private:
    void ask(HttpClient& client, const Request& request, Times& times) {
        const auto start = Time::now();
        EXPECT_NE(client.send(request).status, 0);
        times.add(since(start));
    }

    const Home& home_;
    Times ready_;
    Times known_;
    Times live_;
    Again polls_{2, [this] {
                     thread_local HttpClient client(home_.port());
                     ask(client, {.path = "/health/ready"}, ready_);
                     ask(client, {.path = "/health/ready", .token = home_.token()}, known_);
                     ask(client, {.path = "/health/live"}, live_);
                     std::this_thread::sleep_for(5ms);
                 }};
};

TEST_F(FrozenPostgresql, DelaysNoAnswerByMoreThanItsDeadlineAndReadinessNotAtAll) {
    home_.user_with_password("bob", Load::password);
    HttpClient client(home_.port());
    Load load(home_, freeze_ / 250);
    load.begin();
    std::this_thread::sleep_for(500ms);
    load.count_from_now();
    proxy_.command("freeze");
    const auto frozen = Time::now();
    Polls polls(home_);
    EXPECT_TRUE(test::comes_true([&] { return readiness(client) == "down"; }, 10s));
    const auto known = since(frozen);
    EXPECT_LT(known, 2s);
    while (since(frozen) < freeze_) {
        EXPECT_EQ(readiness(client), "down");
        std::this_thread::sleep_for(50ms);
    }
    load.end();
    polls.expect_no_wait();
    proxy_.command("thaw");
    const auto thawed = Time::now();
    EXPECT_TRUE(test::comes_true([&] { return readiness(client) == "ready"; }, 10s));
    std::cout << "frozen for " << freeze_.count() << " ms: down after " << known.count()
              << " ms; ready again after " << since(thawed).count() << " ms\n";
    load.expect_in_time(deadline_ + 1s);
    load.expect_all_done(10s);
    EXPECT_TRUE(test::comes_true([&] { return objects_in(home_, "production").size() == load.keys(); }));
    for (const auto* table : {"intents", "tombstones", "attempts where answer is null"})
        EXPECT_TRUE(test::comes_true([&] {
            return database_->query(std::string("select 1 from ") + table).empty();
        })) << table;
    EXPECT_EQ(server_.stop(), 0);
}

/// An SQLite database that other processes lock or damage.
class TroubledSqlite : public testing::Test {
  protected:
    TroubledSqlite() { sqlite3_open(home_.database().c_str(), &database_); }
    void TearDown() override { sqlite3_close(database_); }
    void execute(const char* statement) {
        ASSERT_EQ(sqlite3_exec(database_, statement, nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database_);
    }
    bool becomes(const std::string& status, Milliseconds time) {
        return test::comes_true([&] { return readiness(client_) == status; }, time);
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
        // Reads are answered.
        EXPECT_EQ(client_.send({.path = keys_path(), .token = home_.token()}).status, 200);
        std::this_thread::sleep_for(20ms);
    }
    work.end();
    EXPECT_LE(requests.longest(), 2s);
    execute("rollback");
    EXPECT_TRUE(becomes("ready", 4s));
    EXPECT_EQ(server_.stop(), 0);
}

/// Simulates a full disk: as long as this exists, no file of the process may grow, and writes fail with
/// EFBIG.
class FullDisk {
  public:
    explicit FullDisk(pid_t process) : process_(process) {
        EXPECT_EQ(::prlimit(process_, RLIMIT_FSIZE, nullptr, &former_), 0);
        const rlimit none{0, former_.rlim_max};
        EXPECT_EQ(::prlimit(process_, RLIMIT_FSIZE, &none, nullptr), 0);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    FullDisk(FullDisk&&) = delete;
    FullDisk& operator=(FullDisk&&) = delete;
    ~FullDisk() { EXPECT_EQ(::prlimit(process_, RLIMIT_FSIZE, &former_, nullptr), 0); }

  private:
    pid_t process_;
    rlimit former_{};
};

TEST_F(TroubledSqlite, IsDownWhileItsDiskIsFull) {
    ASSERT_TRUE(becomes("ready", 5s));
    const auto create = [&] {
        return client_.send({.method = "POST",
                             .path = keys_path(),
                             .body = text_of(create_body("key", "SECRET_KEY", "AES",
                                                         {{"production", base64(random_octets(32))}})),
                             .token = home_.token()});
    };
    {
        const FullDisk full(server_.pid());
        EXPECT_TRUE(becomes("down", 3s));
        const Answer refused = create();
        expect_problem(refused, 503, "overloaded", "The catalogue can't be reached at present; try again");
        // Reads are answered.
        EXPECT_EQ(client_.send({.path = keys_path(), .token = home_.token()}).status, 200);
        EXPECT_EQ(readiness(client_), "down");
    }
    EXPECT_TRUE(becomes("ready", 3s));
    EXPECT_EQ(create().status, 200);
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(TroubledSqlite, IsDownWhenItsPagesWereOverwritten) {
    ASSERT_TRUE(becomes("ready", 5s));
    execute("select count(*) from keys");  // makes this connection read the log
    // Pages in the log replace those of the file.
    ASSERT_TRUE(test::comes_true(
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
