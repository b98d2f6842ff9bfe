#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using Kind = IdempotencyOutcome::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

IdempotencyRecord attempt(const std::string& user, const std::string& owner = "first",
                          const std::string& fingerprint = "request") {
    return {
        .user_id = user, .key = "once", .fingerprint = fingerprint, .owner = owner, .lease_until = at(5000)};
}

StoredResponse answer(const std::string& user, const std::string& owner = "first") {
    return {.user_id = user, .key = "once", .owner = owner, .answer = "{\"success\": true}", .at = at(2000)};
}

TEST_P(CatalogueContract, AFirstAttemptBeginsAndARepeatFindsItRunning) {
    const auto user = new_user();
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0)).kind, Kind::begun);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(1001), at(0)).kind,
              Kind::running);
}

TEST_P(CatalogueContract, TheSameIdempotencyKeyOfAnotherUserIsAnother) {
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(new_user("alice")), at(1000), at(0)).kind,
              Kind::begun);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(new_user("bob")), at(1000), at(0)).kind,
              Kind::begun);
}

TEST_P(CatalogueContract, ARepeatOfAnAnsweredAttemptGetsTheAnswer) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(user));
    const auto repeat = catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(9000), at(2000));
    EXPECT_EQ(repeat.kind, Kind::answered);
    EXPECT_EQ(repeat.answer, "{\"success\": true}");
}

TEST_P(CatalogueContract, AnAnswerThatIsTooOldIsForgottenAndTheRequestBegins) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(user));
    EXPECT_EQ(
        catalogue_->idempotency.begin_attempt(attempt(user, "second", "other"), at(9000), at(2001)).kind,
        Kind::begun);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "third", "other"), at(4000), at(2001)).kind,
              Kind::running);
}

TEST_P(CatalogueContract, AnotherRequestUnderTheSameIdempotencyKeyIsDifferent) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second", "other"), at(1001), at(0)).kind,
              Kind::different);
    catalogue_->idempotency.keep_answer(answer(user));
    const auto repeat =
        catalogue_->idempotency.begin_attempt(attempt(user, "first", "other"), at(1001), at(0));
    EXPECT_EQ(repeat.kind, Kind::different);
    EXPECT_EQ(repeat.answer, "");
}

TEST_P(CatalogueContract, AnAttemptWhoseLeaseRanOutWasCutOffAndIsTakenOver) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(4999), at(0)).kind,
              Kind::running);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second", "other"), at(5000), at(0)).kind,
              Kind::cut_off);
    catalogue_->idempotency.keep_answer(answer(user, "first"));
    catalogue_->idempotency.end_attempt(user, "once", "first");
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "third", "other"), at(4000), at(0)).kind,
              Kind::running);
}

TEST_P(CatalogueContract, AnAttemptThatOnlyLooksLeavesACutOffOneAsItIs) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    auto look = attempt(user, "second");
    look.takes_over = false;
    for (int i = 0; i < 2; ++i) {
        const auto outcome = catalogue_->idempotency.begin_attempt(look, at(5000), at(0));
        EXPECT_EQ(outcome.kind, Kind::cut_off);
        EXPECT_EQ(outcome.owner, "first");
    }
}

TEST_P(CatalogueContract, AnAttemptThatEndsWithoutAnAnswerIsForgotten) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.end_attempt(user, "once", "second");
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(1001), at(0)).kind,
              Kind::running);
    catalogue_->idempotency.end_attempt(user, "once", "first");
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second", "other"), at(1002), at(0)).kind,
              Kind::begun);
}

TEST_P(CatalogueContract, AnAnswerStaysWhenItsAttemptEnds) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(user));
    catalogue_->idempotency.end_attempt(user, "once", "first");
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1001), at(0)).kind, Kind::answered);
}

TEST_P(CatalogueContract, TheFirstAnswerStands) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(user));
    auto other = answer(user);
    other.answer = "other";
    catalogue_->idempotency.keep_answer(other);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1001), at(0)).answer,
              "{\"success\": true}");
}

TEST_P(CatalogueContract, RenewedAttemptsRunOnAndThoseOfOthersDoNot) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.renew_attempts("second", {{user, "once"}}, at(8000));
    catalogue_->idempotency.renew_attempts("first", {{user, "another"}}, at(8000));
    catalogue_->idempotency.renew_attempts("first", {{user, "once"}}, at(6000));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(5999), at(0)).kind,
              Kind::running);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(6000), at(0)).kind,
              Kind::cut_off);
}

// The answer was lost on the way to the owner, so the owner asks again.
TEST_P(CatalogueContract, AnAttemptOfOnesOwnIsBegunAgain) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1001), at(0)).kind, Kind::begun);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(1002), at(0)).kind,
              Kind::running);
}

TEST_P(CatalogueContract, OldAnswersAreForgottenAndYoungOnesKept) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(user));
    catalogue_->idempotency.forget_answers(at(2000));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1), at(0)).kind, Kind::answered);
    catalogue_->idempotency.forget_answers(at(2001));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1), at(0)).kind, Kind::begun);
}

TEST_P(CatalogueContract, AttemptsThatWereCutOffAreForgottenOnlyWhenTheyAreAsOldAsThat) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    catalogue_->leases.expire_leases("first");
    catalogue_->idempotency.forget_answers(at(1000));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(2000), at(0)).kind,
              Kind::cut_off);
    catalogue_->idempotency.forget_answers(at(5000));  // its new lease has not expired before then
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "third"), at(2001), at(0)).kind,
              Kind::running);
    catalogue_->idempotency.forget_answers(at(5001));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(9000), at(0)).kind, Kind::begun);
}

TEST_P(CatalogueContract, ADeletedUsersAttemptsGoToo) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    EXPECT_TRUE(catalogue_->users.delete_user("alice", audit("user.delete")));
    EXPECT_THAT(database_->query("select * from attempts"), IsEmpty());
    EXPECT_THROW(catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0)), CatalogueError);
}

TEST_P(CatalogueContract, AnAnswerIsKeptWithTheCommitThatItTellsOf) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    const auto work = begun(new_project());
    auto end = resolution("second", at(9000));
    end.answer = answer(user);
    EXPECT_FALSE(catalogue_->keys.commit_create(work.key, end, audit("x")));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(1001), at(0)).kind,
              Kind::running);
    end.owner = "first";
    EXPECT_TRUE(catalogue_->keys.commit_create(work.key, end, audit("x")));
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1001), at(0)).kind, Kind::answered);
}

TEST_P(CatalogueContract, AnAnswerIsKeptWithAnUpdateAndWithAnAbandonedOne) {
    const auto key = committed(new_project());
    for (const bool commit : {true, false}) {
        const auto user = new_user(commit ? "alice" : "bob");
        catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
        auto end = resolution("first", at(9000));
        end.answer = answer(user);
        const auto change = updating(found(key), {"staging"});
        if (commit)
            EXPECT_TRUE(catalogue_->keys.commit_update(change.key, {"staging"}, end, audit("x")));
        else
            EXPECT_TRUE(catalogue_->keys.abandon_change(key.id, end, audit("x")));
        EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(user), at(1001), at(0)).kind, Kind::answered);
    }
}

TEST_P(CatalogueContract, ACommitWhoseAttemptIsAnothersByNowFailsSoThatItIsNotDoneTwice) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    const auto second = catalogue_->idempotency.begin_attempt(attempt(user, "second"), at(5000), at(0));
    EXPECT_EQ(second.kind, Kind::cut_off);
    EXPECT_EQ(second.owner, "first");
    const auto work = begun(new_project());
    auto end = resolution("first", at(9000));
    end.answer = answer(user);
    EXPECT_FALSE(catalogue_->keys.commit_create(work.key, end, audit("x")));
    EXPECT_EQ(state_of(work.key), KeyState::creating);
    const auto key = committed(work.key.project_id, "another");
    const auto change = updating(key, {"staging"});
    EXPECT_FALSE(catalogue_->keys.commit_update(change.key, {"staging"}, end, audit("x")));
    EXPECT_EQ(found(key), key);
}

TEST_P(CatalogueContract, OwnersOfAttemptsWithoutAnswersHoldLeases) {
    const auto user = new_user();
    catalogue_->idempotency.begin_attempt(attempt(user), at(1000), at(0));
    EXPECT_THAT(catalogue_->leases.lease_owners(), ElementsAre("first"));
    catalogue_->idempotency.keep_answer(answer(user));
    EXPECT_THAT(catalogue_->leases.lease_owners(), IsEmpty());
}

TEST_P(CatalogueContract, TheAttemptsOfADeadOwnerAreCutOffAndItsAnswersStay) {
    const auto alice = new_user("alice");
    const auto bob = new_user("bob");
    for (const auto& user : {alice, bob})
        catalogue_->idempotency.begin_attempt(attempt(user, "dead"), at(1000), at(0));
    catalogue_->idempotency.keep_answer(answer(bob, "dead"));
    catalogue_->leases.expire_leases("dead");
    EXPECT_THAT(catalogue_->leases.lease_owners(), IsEmpty());
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(alice), at(1001), at(0)).kind, Kind::cut_off);
    EXPECT_EQ(catalogue_->idempotency.begin_attempt(attempt(bob), at(1001), at(0)).kind, Kind::answered);
}

}  // namespace
}  // namespace keyward::storage
