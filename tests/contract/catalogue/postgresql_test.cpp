#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/catalogue/support/fixture.hpp"
#include "tests/contract/catalogue/support/forked_process.hpp"
#include "tests/contract/catalogue/support/postgres_server.hpp"

namespace keyward::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string others =
    " from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

class PostgresqlCatalogue : public testing::Test {
  protected:
    // Waits until a connection of the catalogue waits for a lock that the test holds.
    void wait_until_blocked() {
        while (seen("select pid" + others + " and wait_event_type = 'Lock'").empty())
            std::this_thread::yield();
    }
    void end_other_connections() {
        seen("select pg_terminate_backend(pid)" + others);
        while (!seen("select pid" + others).empty())
            std::this_thread::yield();
    }
    // Within a transaction pg_stat_activity repeats its first result unless the snapshot is cleared.
    Rows seen(const std::string& query) {
        database_->query("select pg_stat_clear_snapshot()");
        return database_->query(query);
    }

    std::unique_ptr<TestDatabase> database_ = make_postgresql_database();
};

TEST_F(PostgresqlCatalogue, ConnectionsClosedWhileIdleAreOpenedAgainUnseen) {
    const auto catalogue = open_catalogue(database_->url(), 2);
    end_other_connections();
    EXPECT_TRUE(catalogue->users.create_user("alice", "", audit("user.create")));
    EXPECT_TRUE(catalogue->users.find_user("alice"));
    end_other_connections();
    EXPECT_TRUE(catalogue->users.find_user("alice"));
    EXPECT_NO_THROW(catalogue->readiness.probe("first", at(1)));
}

TEST_F(PostgresqlCatalogue, WhatWasPreparedOnALostConnectionIsPreparedAgain) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    const auto version = catalogue->access_tokens.access_version();
    EXPECT_FALSE(catalogue->keys.find_revision("unknown", "card-key"));
    end_other_connections();
    EXPECT_EQ(catalogue->access_tokens.access_version(), version);
    EXPECT_FALSE(catalogue->keys.find_revision("unknown", "card-key"));
}

TEST_F(PostgresqlCatalogue, AChangeWhoseConnectionIsLostThrowsAndTheNextCallWorks) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    database_->query("begin; lock table audit");
    auto change = std::async(std::launch::async,
                             [&] { return catalogue->users.create_user("alice", "", audit("user.create")); });
    wait_until_blocked();
    end_other_connections();
    EXPECT_THROW(change.get(), CatalogueError);
    database_->query("rollback");
    EXPECT_FALSE(catalogue->users.find_user("alice"));
    EXPECT_TRUE(catalogue->users.create_user("alice", "", audit("user.create")));
    EXPECT_EQ(catalogue->audit_log.audit_trail(10).size(), 1);
}

TEST_F(PostgresqlCatalogue, TombstonesInAnotherTransactionsHandsArePassedOver) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    for (const std::string id : {"00000000000000000000000000000001", "00000000000000000000000000000002"})
        database_->query("insert into tombstones (object_id, environment, owner, lease_until) values ('" +
                         id + "', 'production', 'dead', 0)");
    database_->query("begin; select 1 from tombstones where object_id like '%1' for update");
    const auto claimed = catalogue->changes.claim_tombstones({"production", "second", at(200), at(9000)});
    ASSERT_EQ(claimed.size(), 1);
    EXPECT_EQ(claimed[0].object_id.hex(), "00000000000000000000000000000002");
    database_->query("rollback");
}

TEST_F(PostgresqlCatalogue, InterruptedChangesInAnotherTransactionsHandsArePassedOver) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    catalogue->projects.create_project("payments", {"production"}, audit("project.create"));
    Key key;
    key.id = "key";
    key.project_id = catalogue->projects.find_project("payments")->id;
    key.name = "card-key";
    ASSERT_TRUE(catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead", at(100)}}, audit("key.create")));
    database_->query("begin; select 1 from keys for update");
    EXPECT_EQ(catalogue->changes.resolve_expired_intents(at(200), "second", at(9000), audit("x")), 0);
    database_->query("rollback");
    EXPECT_EQ(catalogue->changes.resolve_expired_intents(at(200), "second", at(9000), audit("x")), 1);
}

TEST_F(PostgresqlCatalogue, AProcessKilledInTheMiddleOfATransactionLeavesNothing) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    database_->query("begin; lock table audit");
    ForkedProcess child([&] {
        return open_catalogue(database_->url(), 1)->users.create_user("alice", "", audit("user.create"));
    });
    wait_until_blocked();
    child.kill();
    end_other_connections();
    database_->query("rollback");
    EXPECT_FALSE(catalogue->users.find_user("alice"));
    EXPECT_TRUE(catalogue->audit_log.audit_trail(10).empty());
}

TEST_F(PostgresqlCatalogue, AStoppedServerIsAnErrorAndARestartedOneIsUsedAgain) {
    const auto& server = PostgresServer::instance();
    const auto catalogue = open_catalogue(database_->url(), 2);
    server.stop();
    try {
        catalogue->readiness.probe("first", at(1));
        ADD_FAILURE() << "it answered";
    } catch (const CatalogueError& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("Cannot establish connection to the database. connection to server on socket"));
        EXPECT_THAT(error.what(), Not(HasSubstr(server.password())));
    }
    EXPECT_THROW(catalogue->users.create_user("alice", "", audit("user.create")), CatalogueError);
    server.start();
    EXPECT_TRUE(catalogue->users.create_user("alice", "", audit("user.create")));
    EXPECT_NO_THROW(catalogue->readiness.probe("first", at(1)));
}

TEST_F(PostgresqlCatalogue, ADatabaseThatCantHoldUnicodeIsRefused) {
    database_->query("create database latin encoding 'LATIN1' locale 'C' template template0");
    try {
        open_catalogue(PostgresServer::instance().url("latin"), 1);
        FAIL() << "it was opened";
    } catch (const CatalogueError& error) {
        EXPECT_STREQ(error.what(),
                     "the PostgreSQL database has the encoding LATIN1, but names may be any Unicode text: "
                     "create it with ENCODING 'UTF8'");
    }
}

TEST_F(PostgresqlCatalogue, APasswordMayHoldAnySignsOfAUrl) {
    database_->query(R"(create role odd superuser login password 'a b''c\d@e/f:g=h%i?j#k')");
    auto url = database_->url();
    const auto credentials = "keyward:" + PostgresServer::instance().password();
    url.replace(url.find(credentials), credentials.size(), "odd:a%20b%27c%5Cd%40e%2Ff%3Ag%3Dh%25i%3Fj%23k");
    const auto catalogue = open_catalogue(url, 1);
    end_other_connections();
    EXPECT_NO_THROW(catalogue->readiness.probe("first", at(1)));
    database_->query(R"(alter role odd password '"begins with" a quote')");
}

TEST_F(PostgresqlCatalogue, ATextThatIsNoUtf8IsAnErrorAndNothingIsWritten) {
    const auto catalogue = open_catalogue(database_->url(), 1);
    EXPECT_THROW(catalogue->users.create_user("\xff", "", audit("user.create")), CatalogueError);
    EXPECT_TRUE(catalogue->audit_log.audit_trail(10).empty());
}

}  // namespace
}  // namespace keyward::storage
