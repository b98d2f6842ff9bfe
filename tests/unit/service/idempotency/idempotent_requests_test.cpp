#include "service/idempotency/idempotent_requests.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "service/lifecycle/lifecycle.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/support/polling.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

/// A store that cannot write the end of an attempt until `repaired` is set.
class StoreWithoutEnds : public ForwardingIdempotencyStore {
  public:
    using ForwardingIdempotencyStore::ForwardingIdempotencyStore;
    void end_attempt(const std::string& user_id, const std::string& key, const std::string& owner) override {
        if (!repaired) throw CatalogueError("the disk is full");
        next_.end_attempt(user_id, key, owner);
    }
    bool repaired = false;
};

class RepeatsTest : public testing::Test {
  protected:
    /// Another process of the same installation.
    std::unique_ptr<IdempotentRequests> replica(const std::string& owner,
                                                std::chrono::milliseconds longest_wait = 20s) {
        ServiceContext service_context = fixture_.service_context();
        service_context.owner = owner;
        return std::make_unique<IdempotentRequests>(
            service_context, hmac_key_.clone(), [this] { ++settlements_; }, longest_wait);
    }
    [[nodiscard]] IdempotencyName name(const std::string& key = "repeat-1") const {
        return {fixture_.alice.user_id, key};
    }
    /// The body is borrowed.
    static RequestShape request(std::string_view body = "body") {
        return {"POST", {"keys"}, {}, as_bytes(body)};
    }
    /// Runs the request with an action that returns this answer, and counts the runs.
    std::optional<std::string> run(IdempotentRequests& repeats, const RequestShape& shape,
                                   std::optional<std::string> answer = "answer") {
        return repeats.run(name(), shape, [&] {
            ++runs_;
            return answer;
        });
    }
    std::optional<std::string> run(std::optional<std::string> answer = "answer") {
        return run(*repeats_, request(), std::move(answer));
    }
    IdempotencyOutcome::Kind attempt_by(const std::string& owner, const RequestShape& shape,
                                        Instant lease_until) {
        return fixture_.catalogue->idempotency
            .begin_attempt(
                {fixture_.alice.user_id, "repeat-1", fingerprint_of(hmac_key_, shape), owner, lease_until},
                fixture_.now, fixture_.now - 24h)
            .kind;
    }
    /// A create whose answer is stored in its commit.
    CreateKeyRequest create_request(const std::string& key) {
        CreateKeyRequest create = ServiceFixture::aes_request(key, {"production"});
        create.origin.repeat = {fixture_.alice.user_id, "repeat-1",
                                [](const DeploymentReport& report) { return "kept: " + report.message; }};
        return create;
    }

    ServiceFixture fixture_;
    SecretBytes hmac_key_ = random_secret(32);
    std::atomic<int> settlements_ = 0;
    std::atomic<int> runs_ = 0;
    std::unique_ptr<IdempotentRequests> repeats_ = replica("this-process");
};

TEST_F(RepeatsTest, TheFirstRunsAndItsRepeatGetsItsAnswer) {
    EXPECT_EQ(run("first"), std::nullopt);
    EXPECT_EQ(run("second"), "first");
    EXPECT_EQ(runs_, 1);
    EXPECT_EQ(settlements_, 0);
}

TEST_F(RepeatsTest, AnotherReplicaGivesTheSameAnswer) {
    run("first");
    EXPECT_EQ(run(*replica("a-replica"), request(), "second"), "first");
}

TEST_F(RepeatsTest, AnythingElseUnderTheSameNameIsAConflict) {
    run();
    for (const RequestShape& other : {RequestShape{"POST", {"keys"}, {}, as_bytes("another body")},
                                      {"PUT", {"keys"}, {}, as_bytes("body")},
                                      {"POST", {"keys", "k"}, {}, as_bytes("body")},
                                      {"POST", {"keys"}, {{"onFailure", "rollback"}}, as_bytes("body")}}) {
        const ServiceError error = error_of([&] { run(*repeats_, other); });
        EXPECT_EQ(error.kind(), ErrorKind::conflict);
        EXPECT_NE(std::string(error.what()).find("new Idempotency-Key"), std::string::npos);
    }
    EXPECT_EQ(runs_, 1);
}

TEST_F(RepeatsTest, AnotherUserHasNamesOfTheirOwn) {
    run();
    fixture_.catalogue->users.create_user("bob", "", {});
    const IdempotencyName of_bob{fixture_.catalogue->users.find_user("bob")->id, "repeat-1"};
    EXPECT_EQ(repeats_->run(of_bob, request(), [] { return "bob's"; }), std::nullopt);
}

TEST_F(RepeatsTest, AnAnswerIsKeptForTwentyFourHours) {
    run("first");
    fixture_.now += 24h;
    EXPECT_EQ(run("second"), "first");
    fixture_.now += 1ms;
    EXPECT_EQ(run("second"), std::nullopt);
    EXPECT_EQ(run("third"), "second");
}

TEST_F(RepeatsTest, OldAnswersAreForgotten) {
    run();
    fixture_.now += 24h;
    repeats_->forget_old_answers();
    EXPECT_EQ(attempt_by("x", request(), fixture_.now), IdempotencyOutcome::Kind::answered);
    fixture_.now += 1ms;
    repeats_->forget_old_answers();
    fixture_.now -= 1ms;
    EXPECT_EQ(attempt_by("x", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
}

TEST_F(RepeatsTest, WhatHasNoAnswerToKeepRunsAgain) {
    EXPECT_EQ(run(std::nullopt), std::nullopt);
    EXPECT_EQ(run("second"), std::nullopt);
    EXPECT_EQ(run("third"), "second");
    EXPECT_EQ(settlements_, 0);
}

TEST_F(RepeatsTest, WhatThrewRunsAgain) {
    EXPECT_THROW(repeats_->run(name(), request(),
                               []() -> std::optional<std::string> { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_EQ(run("second"), std::nullopt);
    EXPECT_EQ(runs_, 1);
}

TEST_F(RepeatsTest, ARepeatWaitsForTheFirst) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::jthread first([&] {
        repeats_->run(name(), request(), [&] {
            begun.set_value();
            may_end.get_future().wait();
            return "first";
        });
    });
    begun.get_future().wait();
    auto here_too = std::async(std::launch::async, [&] { return run(*repeats_, request(), "second"); });
    const auto elsewhere_too = replica("a-replica");
    auto elsewhere = std::async(std::launch::async, [&] { return run(*elsewhere_too, request(), "third"); });
    EXPECT_EQ(here_too.wait_for(50ms), std::future_status::timeout);
    EXPECT_EQ(elsewhere.wait_for(50ms), std::future_status::timeout);
    may_end.set_value();
    EXPECT_EQ(here_too.get(), "first");
    EXPECT_EQ(elsewhere.get(), "first");
    EXPECT_EQ(runs_, 0);
}

TEST_F(RepeatsTest, AnotherRequestDoesNotWaitForTheFirst) {
    repeats_->run(name(), request(), [&] {
        EXPECT_EQ(error_of([&] { run(*repeats_, request("another body")); }).kind(), ErrorKind::conflict);
        EXPECT_EQ(error_of([&] { run(*replica("a-replica"), request("another body")); }).kind(),
                  ErrorKind::conflict);
        return "first";
    });
}

TEST_F(RepeatsTest, ARepeatThatHasWaitedLongEnoughIsToldSo) {
    const auto impatient = replica("a-replica", 1ms);
    repeats_->run(name(), request(), [&] {
        EXPECT_EQ(error_of([&] { run(*impatient, request()); }).kind(), ErrorKind::overloaded);
        return "first";
    });
    EXPECT_EQ(run(*impatient, request()), "first");
}

TEST_F(RepeatsTest, NobodyWaitsAnyMoreWhenTheServiceEnds) {
    ASSERT_EQ(attempt_by("a-replica", request(), fixture_.now + 1h), IdempotencyOutcome::Kind::begun);
    auto waiting = std::async(std::launch::async, [&] { return error_of([&] { run(); }).kind(); });
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    repeats_->end_waiting();
    EXPECT_EQ(waiting.get(), ErrorKind::overloaded);
}

TEST_F(RepeatsTest, AnAttemptThatWasCutOffIsSettledThenRun) {
    ASSERT_EQ(attempt_by("dead-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
    EXPECT_EQ(repeats_->run(name(), request(),
                            [&] {
                                EXPECT_EQ(settlements_, 1);
                                return "second";
                            }),
              std::nullopt);
    EXPECT_EQ(run("third"), "second");
}

TEST_F(RepeatsTest, ACutOffAttemptLeavesItsNameToAnyRequest) {
    ASSERT_EQ(attempt_by("dead-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
    EXPECT_EQ(run(*repeats_, request("another body"), "other"), std::nullopt);
    EXPECT_EQ(settlements_, 1);
}

TEST_F(RepeatsTest, ACutOffAttemptIsNotRunAgainWhileItsOwnersIntentsStand) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "k";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "slow-process", fixture_.now + 1h}}, {}));
    ASSERT_EQ(attempt_by("slow-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
    IdempotentRequests impatient(
        fixture_.service_context(), hmac_key_.clone(), [] {}, 50ms);
    EXPECT_EQ(error_of([&] { run(impatient, request(), "second"); }).kind(), ErrorKind::overloaded);
}

TEST_F(RepeatsTest, ACutOffAttemptDoesNotWaitForTheIntentsOfOthers) {
    Key key;
    key.id = "others";
    key.project_id = fixture_.project.id;
    key.name = "k";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "another-process", fixture_.now + 1h}}, {}));
    ASSERT_EQ(attempt_by("dead-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
    EXPECT_EQ(run("second"), std::nullopt);
}

TEST_F(RepeatsTest, ACutOffCreateIsTakenBackBeforeItIsRunAgain) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "k";
    const ObjectId id = ObjectId::random();
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{id, key.id, "production", "dead-process", fixture_.now}}, {}));
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    fixture_.production->import(
        {id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
    ASSERT_EQ(attempt_by("dead-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);

    Recovery recovery(fixture_.service_context(), [](const std::string&) { return false; });
    IdempotentRequests repeats(
        fixture_.service_context(), hmac_key_.clone(), [&] { recovery.resolve(); }, 20s);
    const CreateKeyRequest create = create_request("k");
    repeats.run(name(), request(), [&] { return "kept: " + fixture_.create(create).message; });
    EXPECT_EQ(fixture_.production->objects(), 1U);
    EXPECT_EQ(fixture_.production->count(id), 0U);
    EXPECT_EQ(run("second"), "kept: Deployment completed successfully");
}

/// The lease of an intent is taken after that of its attempt.
TEST_F(RepeatsTest, WaitsForIntentsWhoseLeaseRunsOutLaterThanTheAttempts) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "k";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead-process", fixture_.now + 1s}}, {}));
    ASSERT_EQ(attempt_by("dead-process", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
    // The first time is too early; the second is after the lease.
    int times = 0;
    std::atomic<bool> later = false;
    ServiceContext service_context = fixture_.service_context();
    service_context.clock = [&, start = fixture_.now] { return later ? start + 2s : start; };
    Recovery recovery(service_context, [](const std::string&) { return false; });
    const auto resolve = [&] {
        recovery.resolve();
        ++times;
        later = true;
    };
    IdempotentRequests repeats(service_context, hmac_key_.clone(), resolve, 20s);
    repeats.run(name(), request(), [&]() -> std::optional<std::string> {
        EXPECT_EQ(times, 2);
        EXPECT_TRUE(fixture_.catalogue->changes.intents().empty());
        EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
        return std::nullopt;
    });
}

TEST_F(RepeatsTest, TheAnswerThatWasKeptWithTheCommitOutlivesItsProcess) {
    ASSERT_EQ(attempt_by("this-process", request(), fixture_.now + 1s), IdempotencyOutcome::Kind::begun);
    fixture_.create(create_request("k"));
    fixture_.now += 1h;
    EXPECT_EQ(run(*replica("a-replica"), request()), "kept: Deployment completed successfully");
    EXPECT_EQ(fixture_.production->imports(), 1U);
    EXPECT_EQ(settlements_, 0);
}

TEST_F(RepeatsTest, RenewsTheLeasesOfWhatRuns) {
    std::atomic<bool> later = false;
    ServiceContext service_context = fixture_.service_context();
    service_context.clock = [&, start = fixture_.now] { return later ? start + 2h : start; };
    IdempotentRequests repeats(
        service_context, hmac_key_.clone(), [] {}, 20s);
    repeats.run(name(), request(), [&] {
        later = true;
        repeats.renew_leases();
        fixture_.now += 2h;
        EXPECT_EQ(attempt_by("a-replica", request(), fixture_.now + 1h), IdempotencyOutcome::Kind::running);
        return "first";
    });
}

/// A store that records the beginning of an attempt and loses the answer until `repaired` is set.
class StoreWithLostBeginnings : public ForwardingIdempotencyStore {
  public:
    using ForwardingIdempotencyStore::ForwardingIdempotencyStore;
    IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                     Instant kept_since) override {
        IdempotencyOutcome outcome = next_.begin_attempt(attempt, now, kept_since);
        if (!repaired) throw CatalogueOutcomeUnknown("the answer was lost", {});
        return outcome;
    }
    bool repaired = false;
};

TEST_F(RepeatsTest, ALostBeginningIsNotRenewedAndIsMadeUpFor) {
    CatalogueWith<StoreWithLostBeginnings> catalogue(*fixture_.catalogue);
    ServiceContext service_context{catalogue, fixture_.environments, fixture_.in_flight,
                                   {},        "this-process",        [this] { return fixture_.now; }};
    IdempotentRequests repeats(
        service_context, hmac_key_.clone(), [] {}, 1ms);
    EXPECT_THROW(run(repeats, request()), CatalogueError);
    EXPECT_EQ(attempt_by("a-replica", request(), fixture_.now), IdempotencyOutcome::Kind::running);
    // Another attempt of this process, which is renewed.
    catalogue.repaired = true;
    repeats.run(name("another"), request(), [&] {
        fixture_.now += 2h;
        repeats.renew_leases();
        return std::nullopt;
    });
    fixture_.now -= 2h;
    repeats.finish_all();
    EXPECT_EQ(attempt_by("a-replica", request(), fixture_.now + 1h), IdempotencyOutcome::Kind::begun);
}

TEST_F(RepeatsTest, ARepeatOfALostBeginningRuns) {
    CatalogueWith<StoreWithLostBeginnings> catalogue(*fixture_.catalogue);
    const ServiceContext service_context{catalogue, fixture_.environments, fixture_.in_flight,
                                         {},        "this-process",        [this] { return fixture_.now; }};
    IdempotentRequests repeats(
        service_context, hmac_key_.clone(), [this] { ++settlements_; }, 1ms);
    EXPECT_THROW(run(repeats, request()), CatalogueError);
    catalogue.repaired = true;
    EXPECT_EQ(run(repeats, request(), "first"), std::nullopt);
    EXPECT_EQ(run(repeats, request(), "second"), "first");
    EXPECT_EQ(settlements_, 0);
}

TEST_F(RepeatsTest, AnEndThatTheCatalogueDidNotTakeIsMadeUpFor) {
    CatalogueWith<StoreWithoutEnds> catalogue(*fixture_.catalogue);
    const ServiceContext service_context{catalogue, fixture_.environments, fixture_.in_flight,
                                         {},        "this-process",        fixture_.service_context().clock};
    IdempotentRequests repeats(
        service_context, hmac_key_.clone(), [] {}, 1ms);
    EXPECT_EQ(run(repeats, request(), std::nullopt), std::nullopt);
    EXPECT_EQ(attempt_by("a-replica", request(), fixture_.now), IdempotencyOutcome::Kind::running);
    EXPECT_THROW(run(repeats, request()), CatalogueError);
    catalogue.repaired = true;
    repeats.finish_all();
    EXPECT_EQ(attempt_by("a-replica", request(), fixture_.now), IdempotencyOutcome::Kind::begun);
}

TEST_F(RepeatsTest, OnlySoManyWait) {
    ASSERT_EQ(attempt_by("a-replica", request(), fixture_.now + 1h), IdempotencyOutcome::Kind::begun);
    IdempotentRequests narrow(
        fixture_.service_context(), hmac_key_.clone(), [] {}, 20s, 16);
    std::vector<std::future<ErrorKind>> waiting;
    for (int i = 0; i < 17; ++i)  // one queries the catalogue, the others wait for it
        waiting.push_back(
            std::async(std::launch::async, [&] { return error_of([&] { run(narrow, request()); }).kind(); }));
    const auto refused = [&] {
        return std::ranges::any_of(
            waiting, [](auto& each) { return each.wait_for(0ms) == std::future_status::ready; });
    };
    EXPECT_TRUE(test::comes_true(refused));
    narrow.end_waiting();
    for (auto& each : waiting)
        EXPECT_EQ(each.get(), ErrorKind::overloaded);
}

TEST_F(RepeatsTest, SixtyRepeatsWaitForTheFirst) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::jthread first([&] {
        repeats_->run(name(), request(), [&] {
            begun.set_value();
            may_end.get_future().wait();
            return "first";
        });
    });
    begun.get_future().wait();
    std::vector<std::future<std::optional<std::string>>> repeats;
    for (int i = 0; i < 60; ++i)
        repeats.push_back(std::async(std::launch::async, [&] { return run(*repeats_, request(), "other"); }));
    EXPECT_EQ(repeats.back().wait_for(50ms), std::future_status::timeout);
    may_end.set_value();
    for (auto& each : repeats)
        EXPECT_EQ(each.get(), "first");
    EXPECT_EQ(runs_, 0);
}

}  // namespace
}  // namespace keyward::service
