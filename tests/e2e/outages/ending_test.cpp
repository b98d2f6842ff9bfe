#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/live.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using std::chrono::seconds;

/// The limit of a shutdown: 5 s for calls that hang, and a margin for a busy machine.
constexpr seconds soon{12};

HomeOptions with_module_that_hangs() {
    HomeOptions options;
    options.local_module = KEYWARD_HANGING_MODULE;
    return options;
}

class Ending : public testing::Test {
  protected:
    void hang(const std::string& lines) { home_.folder().write("hang", lines); }
    std::string query(const std::string& sql) const {
        return test::output_of({"sqlite3", "-cmd", ".timeout 20000", home_.folder().file("keyward.db"), sql});
    }
    Answer create(const std::string& name) {
        return HttpClient(home_.port())
            .send({.method = "POST",
                   .path = keys_path(),
                   .body = text_of(aes_body(name)),
                   .token = home_.token()});
    }

    const Home home_{with_module_that_hangs()};
};

class EndingWithAHang : public Ending, public testing::WithParamInterface<const char*> {};

TEST_P(EndingWithAHang, TakesSecondsAndKeepsWhatWasAcknowledged) {
    const std::string name = unique_name();
    {
        Server server(home_);
        ASSERT_EQ(create(name).status, 200);
        hang(GetParam());
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait(soon), 0) << server.log();
    }
    hang("");
    Server server(home_);
    const Answer answer = HttpClient(home_.port()).send({.path = key_path(name), .token = home_.token()});
    EXPECT_EQ(answer.json()["resultList"][0]["cryptoKeyInfoEnvironmentList"][1]["state"], "DEPLOYED")
        << answer.body;
    EXPECT_EQ(server.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, EndingWithAHang, testing::Values("C_Finalize", "C_CloseSession"),
                         [](const auto& test) { return std::string(test.param).substr(2); });

TEST_F(Ending, OfACommandIsNotKeptByAModuleThatHangs) {
    for (const char* function : {"C_Finalize", "C_CloseSession"}) {
        hang(function);
        for (const char* command : {"check", "reconcile"}) {
            const auto start = std::chrono::steady_clock::now();
            EXPECT_EQ(home_.keyward({command}).code, 0) << command << " " << function;
            EXPECT_LT(std::chrono::steady_clock::now() - start, soon) << command << " " << function;
        }
    }
}

/// A pass consists of 32 lookups of one second each.
TEST_F(Ending, StopsARecoveryThatIsSlow) {
    Server server(home_);
    hang("C_FindObjectsInit 1000");
    query(
        "with recursive number(n) as (select 1 union all select n + 1 from number where n < 40) "
        "insert into tombstones (object_id, environment, owner, lease_until) "
        "select printf('%032x', n), 'production', 'gone', 0 from number");
    ASSERT_TRUE(test::comes_true(
        [&] { return query("select count(*) from tombstones where lease_until > 0") == "32\n"; }));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(soon), 0) << server.log();
    EXPECT_EQ(query("select count(*) from tombstones"), "40\n");
}

}  // namespace
}  // namespace keyward::e2e
