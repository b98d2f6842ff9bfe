// Commits whose answer is lost, forged or late.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/outage/proxied_database.hpp"
#include "tests/support/polling.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Time = std::chrono::steady_clock;

constexpr auto deadline = 1000ms;

AuditRecord audit() {
    AuditRecord record;
    record.at = system_now();
    record.action = "user.create";
    return record;
}

class Commits : public testing::Test {
  protected:
    bool create_user(const std::string& name) { return catalogue_->users.create_user(name, "", audit()); }
    std::string users() { return database_.query("select count(*) from users").at(0).at(0); }
    std::string records() { return database_.query("select count(*) from audit").at(0).at(0); }
    const test::PgProxy& proxy() { return database_.proxy(); }

    ProxiedDatabase database_;
    std::shared_ptr<Catalogue> catalogue_ = database_.catalogue(deadline);
};

/// Faults after which the server has committed, and the client gets another answer or none.
class CommitsThatWentThrough : public Commits, public testing::WithParamInterface<const char*> {};

TEST_P(CommitsThatWentThrough, AreKnownToHaveDoneSo) {
    proxy().command(std::string("fault ") + GetParam());
    EXPECT_TRUE(create_user("alice"));
    EXPECT_EQ(users(), "1");
    EXPECT_EQ(records(), "1");
    EXPECT_EQ(proxy().count("faults"), 1);
    EXPECT_TRUE(create_user("bob"));
}

INSTANTIATE_TEST_SUITE_P(, CommitsThatWentThrough,
                         testing::Values("cut-after", "forge-after=40003", "forge-after=40000",
                                         "forge-after=40002", "forge-after=40001", "forge-after=40P01",
                                         "forge-after=08006", "forge-after=08007", "forge-after=57P01",
                                         "forge-after=58030", "forge-after=XX000"));

/// Faults after which the server has not committed.
class CommitsThatDidNotGoThrough : public Commits, public testing::WithParamInterface<const char*> {};

TEST_P(CommitsThatDidNotGoThrough, AreErrorsAndNothingIsWritten) {
    proxy().command(std::string("fault ") + GetParam());
    try {
        create_user("alice");
        ADD_FAILURE() << "it was created";
    } catch (const CatalogueOutcomeUnknown& error) {
        ADD_FAILURE() << error.what();
    } catch (const CatalogueError&) {
    }
    EXPECT_EQ(users(), "0");
    EXPECT_EQ(records(), "0");
    EXPECT_TRUE(create_user("alice"));
}

INSTANTIATE_TEST_SUITE_P(, CommitsThatDidNotGoThrough,
                         testing::Values("cut-before", "forge-before=40003", "forge-before=40000",
                                         "forge-before=08006", "forge-before=57P01", "forge-before=53100"));

TEST_F(Commits, ThatMetAnotherTransactionRunAgain) {
    for (const auto* sqlstate : {"40001", "40P01"}) {
        proxy().command(std::string("fault forge-before=") + sqlstate + " 3");
        EXPECT_TRUE(create_user(sqlstate));
    }
    EXPECT_EQ(users(), "2");
    EXPECT_EQ(records(), "2");
    EXPECT_EQ(proxy().count("faults"), 6);
}

TEST_F(Commits, ThatMeetAnotherTransactionAgainAndAgainEndAsAnError) {
    proxy().command("fault forge-before=40001 1000");
    EXPECT_THROW(create_user("alice"), CatalogueError);
    EXPECT_EQ(proxy().count("faults"), 10);
}

TEST_F(Commits, StatementsOfAnotherClassFortyDoNotRunAgain) {
    proxy().command("statement-fault 40003 100 matching insert into users");
    EXPECT_THROW(create_user("alice"), CatalogueError);
    EXPECT_EQ(proxy().count("faults"), 1);
}

TEST_F(Commits, ReadsThatMetAnotherTransactionRunAgain) {
    ASSERT_TRUE(create_user("alice"));
    for (const auto* sqlstate : {"40001", "40P01"}) {
        proxy().command(std::string("statement-fault ") + sqlstate + " 3 matching from users");
        EXPECT_TRUE(catalogue_->users.find_user("alice"));
    }
    EXPECT_EQ(proxy().count("faults"), 6);
}

TEST_F(Commits, WithoutAnAnswerAreOfUnknownOutcomeUntilTheDatabaseCanBeAsked) {
    proxy().command("fault lose");
    const auto began = Time::now();
    std::string change_id;
    try {
        create_user("alice");
        ADD_FAILURE() << "it was known";
    } catch (const CatalogueOutcomeUnknown& unknown) {
        change_id = unknown.change_id();
        EXPECT_THAT(unknown.what(), HasSubstr("whether it was committed is not known"));
    }
    EXPECT_LT(Time::now() - began, deadline + 1s);
    ASSERT_FALSE(change_id.empty());
    std::optional<bool> committed;
    EXPECT_TRUE(test::comes_true(
        [&] {
            try {
                committed = catalogue_->audit_log.was_committed(change_id);
            } catch (const CatalogueError&) {
            }
            return committed.has_value();
        },
        3s));
    EXPECT_EQ(committed, true);
    EXPECT_FALSE(catalogue_->audit_log.was_committed("an id that was never used"));
    EXPECT_EQ(records(), "1");
}

// The server gets the commit after the client has given up: until then it is in progress.
TEST_F(Commits, ThatAreStillInProgressAreWaitedFor) {
    proxy().command("fault delay=1.5");
    EXPECT_THROW(create_user("alice"), CatalogueError);
    EXPECT_EQ(users(), "0");
    std::optional<bool> created;
    EXPECT_TRUE(test::comes_true(
        [&] {
            try {
                created = create_user("alice");  // waits for the same name
            } catch (const CatalogueError&) {
            }
            return created.has_value();
        },
        5s));
    EXPECT_EQ(created, false);
    EXPECT_EQ(users(), "1");
}

TEST_F(Commits, OfAServerThatBecameAStandbyAreMadeOnANewConnection) {
    ASSERT_TRUE(create_user("alice"));
    proxy().command("read-only");
    EXPECT_TRUE(create_user("bob"));
    EXPECT_TRUE(catalogue_->users.find_user("bob"));
    // The other connections of the pool lead to the same server.
    EXPECT_NO_THROW(catalogue_->readiness.probe("first", system_now()));
    for (int i = 0; i < 8; ++i)
        EXPECT_TRUE(create_user(std::to_string(i)));
}

TEST_F(Commits, AProbeLeavesAServerThatBecameAStandby) {
    catalogue_->readiness.probe("first", system_now());
    proxy().command("read-only");
    EXPECT_THROW(catalogue_->readiness.probe("first", system_now()), CatalogueError);
    EXPECT_NO_THROW(catalogue_->readiness.probe("first", system_now()));
}

class FrozenDatabase : public Commits {};

TEST_F(FrozenDatabase, CutsEveryCallAtItsDeadlineAndRefusesTheNextOnesAtOnce) {
    ASSERT_TRUE(create_user("alice"));
    proxy().command("freeze");
    const auto began = Time::now();
    std::vector<std::future<std::chrono::milliseconds>> calls;
    for (int i = 0; i < 12; ++i)  // more than the number of connections
        calls.push_back(std::async(std::launch::async, [&, i] {
            const auto start = Time::now();
            if (i % 2 == 0)
                EXPECT_THROW(catalogue_->users.find_user("alice"), CatalogueError);
            else
                EXPECT_THROW(create_user(std::to_string(i)), CatalogueError);
            return std::chrono::duration_cast<std::chrono::milliseconds>(Time::now() - start);
        }));
    for (auto& call : calls)
        EXPECT_LT(call.get(), deadline + 1s);
    EXPECT_GE(Time::now() - began, deadline);
    const auto next = Time::now();
    EXPECT_THROW(catalogue_->users.find_user("alice"), CatalogueError);
    EXPECT_LT(Time::now() - next, 200ms);
    proxy().command("thaw");
    EXPECT_TRUE(test::comes_true(
        [&] {
            try {
                return catalogue_->users.find_user("alice").has_value();
            } catch (const CatalogueError&) {
                return false;
            }
        },
        4s));
}

TEST_F(FrozenDatabase, IsUsedAgainAsSoonAsAProbeSucceeds) {
    ASSERT_TRUE(create_user("alice"));
    catalogue_->readiness.probe("first", system_now());
    proxy().command("freeze");
    EXPECT_THROW(catalogue_->users.find_user("alice"), CatalogueError);
    proxy().command("thaw");
    EXPECT_NO_THROW(catalogue_->readiness.probe("first", system_now()));
    EXPECT_TRUE(catalogue_->users.find_user("alice"));
}

TEST_F(FrozenDatabase, DoesNotCutWhatOnlyTakesManyStatements) {
    // The deadline applies to each statement separately.
    database_.query(
        "create function slowly() returns trigger as $$ begin perform pg_sleep(0.4); return new; "
        "end $$ language plpgsql; create trigger slow before insert on project_environments "
        "for each row execute function slowly()");
    EXPECT_TRUE(catalogue_->projects.create_project("payments", {"a", "b", "c", "d"}, audit()));
}

TEST_F(FrozenDatabase, AStatementThatTakesTooLongIsEndedByTheServerItself) {
    database_.query("begin; lock table users in access exclusive mode");
    try {
        catalogue_->users.find_user("alice");
        ADD_FAILURE() << "it was found";
    } catch (const CatalogueError& error) {
        EXPECT_THAT(error.what(), HasSubstr("lock timeout"));
    }
    database_.query("rollback");
    EXPECT_FALSE(catalogue_->users.find_user("alice"));  // at once, because the database answered
}

}  // namespace
}  // namespace keyward::storage
