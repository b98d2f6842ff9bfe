// Limits on how long a PostgreSQL database may block a call.
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/database/catalogue_url.hpp"
#include "storage/database/connections.hpp"
#include "storage/database/sql.hpp"
#include "tests/contract/catalogue/support/fixture.hpp"
#include "tests/contract/catalogue/support/postgres_server.hpp"

namespace keyward::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string connect_string(const std::string& parameters) {
    return parse_catalogue_url("postgresql://user@host/db" + parameters, std::chrono::seconds(20))
        .connect_string;
}

TEST(CatalogueLimits, AreAddedToAUrlWithoutThem) {
    EXPECT_EQ(connect_string(""),
              "user=user dbname=db host=host connect_timeout=20 keepalives=1 keepalives_idle=10 "
              "keepalives_interval=5 keepalives_count=3 tcp_user_timeout=10000 "
              "target_session_attrs=read-write "
              "options=\"-c\\ statement_timeout=18000ms\\ -c\\ lock_timeout=16000ms\"");
}

TEST(CatalogueLimits, OfTheUrlAreKept) {
    for (const auto& [keyword, value] : {std::pair<std::string, std::string>{"connect_timeout", "3"},
                                         {"keepalives", "0"},
                                         {"keepalives_idle", "60"},
                                         {"keepalives_interval", "7"},
                                         {"keepalives_count", "9"},
                                         {"tcp_user_timeout", "2500"},
                                         {"target_session_attrs", "any"}})
        EXPECT_THAT(connect_string("?" + keyword + "=" + value),
                    AllOf(HasSubstr(" " + keyword + "=" + value + " "), Not(HasSubstr(" " + keyword + "=1"))))
            << keyword;
}

TEST(CatalogueLimits, AreNotForSqlite) {
    EXPECT_EQ(parse_catalogue_url("sqlite:///var/lib/keyward.db", std::chrono::seconds(5)).connect_string,
              "/var/lib/keyward.db");
}

class PostgresqlLimits : public testing::Test {
  protected:
    /// The answer of a catalogue session to a query, with these additional parameters in the URL.
    [[nodiscard]] std::string answer(const std::string& query, const std::string& parameters = "") const {
        const std::chrono::seconds deadline(20);
        Connections connections(parse_catalogue_url(database_->url() + parameters, deadline), 1, deadline);
        auto lease = connections.lease();
        std::string text;
        for_each_row<std::string>(lease.session(), query, {}, [&](const auto& value) { text = value; });
        return text;
    }
    /// The error of the query.
    [[nodiscard]] std::string failure(const std::string& query, const std::string& parameters) const {
        try {
            return "it answered " + answer(query, parameters);
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    std::unique_ptr<TestDatabase> database_ = make_postgresql_database();
};

TEST_F(PostgresqlLimits, ReachTheSession) {
    EXPECT_EQ(answer("show statement_timeout"), "18s");
    EXPECT_EQ(answer("show lock_timeout"), "16s");
}

TEST_F(PostgresqlLimits, OfTheUrlWinOverOurs) {
    const std::string parameters = "&options=-c%20statement_timeout%3D45s";
    EXPECT_EQ(answer("show statement_timeout", parameters), "45s");
    EXPECT_EQ(answer("show lock_timeout", parameters), "16s");
    EXPECT_EQ(answer("show lock_timeout", "&options=-c%20lock_timeout%3D250ms"), "250ms");
}

TEST_F(PostgresqlLimits, OtherOptionsOfTheUrlReachTheSessionToo) {
    const std::string parameters = "&options=-c%20search_path%3Dpg_temp%2Cpublic%20-c%20work_mem%3D5MB";
    EXPECT_EQ(answer("show search_path", parameters), "pg_temp,public");
    EXPECT_EQ(answer("show work_mem", parameters), "5MB");
    EXPECT_EQ(answer("show statement_timeout", parameters), "18s");
}

TEST_F(PostgresqlLimits, EndAStatementThatTakesTooLong) {
    EXPECT_THAT(failure("select pg_sleep(300)::text", "&options=-c%20statement_timeout%3D50ms"),
                HasSubstr("canceling statement due to statement timeout"));
}

TEST_F(PostgresqlLimits, EndTheWaitForALock) {
    database_->query("create table locked (value text)");
    database_->query("begin; lock table locked");
    EXPECT_THAT(failure("select value from locked", "&options=-c%20lock_timeout%3D50ms"),
                HasSubstr("canceling statement due to lock timeout"));
    database_->query("rollback");
}

TEST_F(PostgresqlLimits, EndTheWaitForAFrozenServerThatTakesTheConnectionOnly) {
    const auto& server = PostgresServer::instance();
    server.freeze();
    const auto text = failure("select 1::text", "&connect_timeout=2");
    server.thaw();
    EXPECT_THAT(text, HasSubstr("timeout expired"));
    EXPECT_EQ(answer("select 'again'"), "again");
}

}  // namespace
}  // namespace keyward::storage
