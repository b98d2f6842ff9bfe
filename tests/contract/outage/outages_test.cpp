// The results that clients get when the database fails during their requests.
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/outage/replica.hpp"
#include "tests/support/polling.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

class Outages : public testing::Test {
  protected:
    Outages() { replica_ = start("first", *catalogue_); }

    std::unique_ptr<Replica> start(const std::string& owner, Catalogue& catalogue) {
        prepare(catalogue);
        return std::make_unique<Replica>(owner, catalogue, tokens_);
    }
    const test::PgProxy& proxy() { return database_.proxy(); }
    std::string count(const std::string& table) {
        return database_.query("select count(*) from " + table).at(0).at(0);
    }
    /// Acts as a client that repeats requests answered with 503. Fails for any other answer than 200.
    void repeat_until_done(const std::function<Replica::Answer()>& request, std::chrono::milliseconds time) {
        const auto until = Time::now() + time;
        while (true) {
            const auto answer = request();
            if (answer.status == 200) break;
            ASSERT_EQ(answer.status, 503) << answer.text;
            ASSERT_LT(Time::now(), until) << answer.text;
        }
        EXPECT_LT(Time::now(), until);
    }
    /// The token's call takes a second, and the database fails during it.
    Replica::Answer create_while_the_database_stops(const std::string& repeat) {
        tokens_.production->block_imports();
        auto answer = std::async(std::launch::async, [&] { return replica_->create("card-key", repeat); });
        tokens_.production->wait_for_blocked(1);
        proxy().command("refuse");
        std::this_thread::sleep_for(1s);
        tokens_.production->release_imports();
        return answer.get();
    }

    Tokens tokens_;
    ProxiedDatabase database_;
    std::shared_ptr<Catalogue> catalogue_ = database_.catalogue(1s);
    std::unique_ptr<Replica> replica_;
};

TEST_F(Outages, ADatabaseThatStopsDuringACreateLeavesNoNameTaken) {
    EXPECT_EQ(create_while_the_database_stops("").status, 503);
    proxy().command("accept");
    repeat_until_done([&] { return replica_->create("card-key", ""); }, 2s);
    EXPECT_TRUE(test::comes_true([&] { return tokens_.production->objects() == 1; }, 60s));
    EXPECT_EQ(count("intents"), "0");
}

TEST_F(Outages, ARepeatOfACreateThatWasCutOffIsAnsweredAsSoonAsTheDatabaseIsThere) {
    EXPECT_EQ(create_while_the_database_stops("one").status, 503);
    proxy().command("accept");
    repeat_until_done([&] { return replica_->create("card-key", "one"); }, 2s);
    EXPECT_EQ(replica_->create("card-key", "one").status, 200);
}

TEST_F(Outages, ARepeatAtAnotherReplicaIsAnsweredAsSoonAsTheOwnerHasTakenBackItsChange) {
    const auto direct = database_.direct_catalogue();
    const auto other = start("second", *direct);
    EXPECT_EQ(create_while_the_database_stops("one").status, 503);
    proxy().command("accept");
    repeat_until_done([&] { return other->create("card-key", "one"); }, 3s);
}

TEST_F(Outages, ACreateAtAnotherReplicaMeetsNoNameOfAKeyThatDoesNotStay) {
    const auto direct = database_.direct_catalogue();
    const auto other = start("second", *direct);
    EXPECT_EQ(create_while_the_database_stops("").status, 503);
    proxy().command("accept");
    repeat_until_done([&] { return other->create("card-key", ""); }, 3s);
}

TEST_F(Outages, AChangeThatItsOwnerCouldNotEndIsTakenBackWithinASecond) {
    EXPECT_EQ(create_while_the_database_stops("one").status, 503);
    EXPECT_FALSE(replica_->is_settled());
    proxy().command("accept");
    EXPECT_TRUE(test::comes_true(
        [&] { return count("intents") == "0" && count("attempts") == "0" && replica_->is_settled(); },
        1500ms));
}

TEST_F(Outages, AnUpdateThatWasCutOffDoesNotKeepTheNextOneAway) {
    ASSERT_EQ(replica_->create("card-key", "").status, 200);
    tokens_.production->block_imports();
    auto answer = std::async(std::launch::async, [&] { return replica_->update("card-key", ""); });
    tokens_.production->wait_for_blocked(1);
    proxy().command("refuse");
    tokens_.production->release_imports();
    EXPECT_EQ(answer.get().status, 503);
    proxy().command("accept");
    repeat_until_done([&] { return replica_->update("card-key", ""); }, 2s);
}

// The attempt is in the catalogue, and no process works on it.
TEST_F(Outages, AnIdempotencyKeyWhoseBeginningWasLostIsNotWedgedWhileItsReplicaIsBusy) {
    const auto direct = database_.direct_catalogue();
    const auto other = start("second", *direct);
    std::atomic<bool> stop = false;
    std::jthread busy([&] {
        for (int i = 0; !stop; ++i)
            replica_->create("busy-" + std::to_string(i), "busy-" + std::to_string(i));
    });
    proxy().command("fault cut-after 1 1 matching insert into attempts");
    EXPECT_TRUE(test::comes_true([&] { return proxy().count("faults") == 1; }, 10s));
    stop = true;
    busy.join();
    // Whichever request it was, its repeat is answered, and so is one at another replica.
    EXPECT_TRUE(test::comes_true(
        [&] { return database_.query("select idempotency_key from attempts where answer is null").empty(); },
        2s));
    EXPECT_EQ(other->create("card-key", "one").status, 200);
}

TEST_F(Outages, ARepeatAfterALostBeginningRunsAtOnce) {
    proxy().command("fault cut-after 1 1 matching insert into attempts");
    EXPECT_EQ(replica_->create("card-key", "one").status, 503);
    EXPECT_EQ(replica_->create("card-key", "one").status, 200);
    EXPECT_EQ(replica_->create("card-key", "one").status, 200);
    EXPECT_EQ(tokens_.production->imports(), 1U);
}

TEST_F(Outages, ADeletionWhoseAnswerWasLostIsDone) {
    ASSERT_EQ(replica_->create("card-key", "").status, 200);
    proxy().command("fault cut-after 1 1 matching into tombstones");
    EXPECT_EQ(replica_->remove("card-key", "").status, 200);
    EXPECT_EQ(tokens_.production->objects(), 0U);
    EXPECT_FALSE(replica_->find("card-key"));
}

TEST_F(Outages, AFrozenDatabaseIsKnownToBeDownWithinTwoSeconds) {
    ASSERT_TRUE(test::comes_true([&] { return replica_->health().is_up(); }, 5s));
    proxy().command("freeze");
    EXPECT_TRUE(test::comes_true([&] { return !replica_->health().is_up(); }, 2s));
    proxy().command("thaw");
    EXPECT_TRUE(test::comes_true([&] { return replica_->health().is_up(); }, 3s));
}

// The table that requests write is locked. It is not enough that the server answers.
TEST_F(Outages, ATableThatCantBeWrittenIsKnownToBeDown) {
    ASSERT_TRUE(test::comes_true([&] { return replica_->health().is_up(); }, 5s));
    database_.query("begin; lock table audit in exclusive mode");
    EXPECT_TRUE(test::comes_true([&] { return !replica_->health().is_up(); }, 2s));
    database_.query("rollback");
    EXPECT_TRUE(test::comes_true([&] { return replica_->health().is_up(); }, 3s));
}

}  // namespace
}  // namespace keyward::storage
