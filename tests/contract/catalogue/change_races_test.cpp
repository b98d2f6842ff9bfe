// Concurrent changes of one key from two processes.
#include <atomic>

#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using Kind = IdempotencyOutcome::Kind;
using testing::IsEmpty;

constexpr int rounds = 20;

TEST_P(CatalogueContract, OfManyUpdatesThatBeginTogetherExactlyOneDoes) {
    const auto other = another(8);
    const auto key = committed(new_project());
    std::atomic<int> winners = 0;
    together(16, [&](int i) {
        const auto change = changed(key, {"staging"}, std::to_string(i));
        auto& mine = i % 2 == 0 ? *catalogue_ : *other;
        if (mine.keys.begin_update(key.id, 0, change.intents, audit("key.update")) == Begin::begun) ++winners;
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(catalogue_->changes.intents().size(), 1);
}

TEST_P(CatalogueContract, OfAnUpdateAndARemovalThatBeginTogetherExactlyOneDoes) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        const auto key = committed(project, std::to_string(round));
        const auto change = changed(key, {"staging"});
        auto update = Begin::gone;
        auto removal = Begin::gone;
        together(2, [&](int side) {
            if (side == 0)
                update = catalogue_->keys.begin_update(key.id, 0, change.intents, audit("key.update"));
            else
                removal =
                    other->keys
                        .begin_deletion(key.id, 0, std::nullopt, "second", at(5000), audit("key.delete"))
                        .begin;
        });
        EXPECT_NE(update == Begin::begun, removal == Begin::begun);
        EXPECT_EQ(state_of(key), removal == Begin::begun ? KeyState::deleting : KeyState::active);
    }
}

TEST_P(CatalogueContract, AnUpdateThatBeginsBesideACommitHasEitherTheOldRevisionOrAConflict) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        const auto key = committed(project, std::to_string(round));
        const auto first = updating(key, {"staging"});
        const auto second = changed(key, {"production"}, "second");
        auto began = Begin::gone;
        bool kept = false;
        together(2, [&](int side) {
            if (side == 0)
                kept = catalogue_->keys
                           .commit_update(first.key, {"staging"}, resolution("first", at(9000)), audit("x"))
                           .has_value();
            else
                began = other->keys.begin_update(key.id, 0, second.intents, audit("x"));
        });
        EXPECT_TRUE(kept);
        EXPECT_EQ(began, Begin::conflict);
        EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    }
}

TEST_P(CatalogueContract, OfTwoCommitsWithoutObjectsOfOneRevisionExactlyOneWins) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        const auto key = committed(project, std::to_string(round));
        std::atomic<int> winners = 0;
        together(2, [&](int side) {
            auto mine = key;
            mine.description = std::to_string(side);
            if ((side == 0 ? *catalogue_ : *other)
                    .keys.commit_update(mine, {}, resolution("first", at(9000)), audit("x")))
                ++winners;
        });
        EXPECT_EQ(winners, 1);
        EXPECT_EQ(found(key).revision, 1);
    }
}

TEST_P(CatalogueContract, SettlingAndCommittingAnUpdateNeverBothWin) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        const auto key = committed(project, std::to_string(round));
        const auto change = updating(key, {"staging"}, "first", at(100));
        bool kept = false;
        std::size_t resolved = 0;
        together(2, [&](int side) {
            if (side == 0)
                kept = catalogue_->keys
                           .commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("x"))
                           .has_value();
            else
                resolved = other->changes.resolve_expired_intents(at(200), "second", at(9000), audit("x"));
        });
        EXPECT_EQ(resolved, kept ? 0 : 1);
        EXPECT_EQ(found(key).deployments, (kept ? change.key : key).deployments);
    }
}

TEST_P(CatalogueContract, TheLastTwoObjectsOfAKeyMayBeDestroyedTogetherAndItGoes) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        const auto key = committed(project, std::to_string(round));
        const auto removal =
            catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
        together(2, [&](int side) {
            (side == 0 ? *catalogue_ : *other)
                .changes.remove_tombstone(removal.tombstones.at(static_cast<std::size_t>(side)).object_id,
                                          audit("x"));
        });
        EXPECT_EQ(state_of(key), std::nullopt);
    }
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
}

TEST_P(CatalogueContract, OfAttemptsThatBeginTogetherExactlyOneRuns) {
    const auto other = another(4);
    const auto user = new_user();
    for (int round = 0; round < rounds; ++round) {
        std::atomic<int> begun_attempts = 0;
        std::atomic<int> running = 0;
        together(4, [&](int i) {
            const auto kind = (i % 2 == 0 ? *catalogue_ : *other)
                                  .idempotency
                                  .begin_attempt({.user_id = user,
                                                  .key = std::to_string(round),
                                                  .fingerprint = "request",
                                                  .owner = std::to_string(i),
                                                  .lease_until = at(5000)},
                                                 at(1000), at(0))
                                  .kind;
            ++(kind == Kind::begun ? begun_attempts : running);
            EXPECT_TRUE(kind == Kind::begun || kind == Kind::running);
        });
        EXPECT_EQ(begun_attempts, 1);
        EXPECT_EQ(running, 3);
    }
}

TEST_P(CatalogueContract, OfTakeoversOfACutOffAttemptExactlyOneWins) {
    const auto other = another(4);
    const auto user = new_user();
    const auto attempt_of = [&](const std::string& key, const std::string& owner) {
        return IdempotencyRecord{
            .user_id = user, .key = key, .fingerprint = "request", .owner = owner, .lease_until = at(5000)};
    };
    for (int round = 0; round < rounds; ++round) {
        const auto key = std::to_string(round);
        catalogue_->idempotency.begin_attempt(attempt_of(key, "dead"), at(1000), at(0));
        catalogue_->leases.expire_leases("dead");
        std::atomic<int> taken = 0;
        together(4, [&](int i) {
            if ((i % 2 == 0 ? *catalogue_ : *other)
                    .idempotency.begin_attempt(attempt_of(key, std::to_string(i)), at(1000), at(0))
                    .kind == Kind::cut_off)
                ++taken;
        });
        EXPECT_EQ(taken, 1);
    }
}

TEST_P(CatalogueContract, AttemptsThatBeginWhileOthersEndAreNeverLost) {
    const auto other = another(4);
    const auto user = new_user();
    std::atomic<int> ran = 0;
    together(4, [&](int i) {
        auto& mine = i % 2 == 0 ? *catalogue_ : *other;
        for (int mine_ran = 0; mine_ran < 5;) {
            const auto kind = mine.idempotency
                                  .begin_attempt({.user_id = user,
                                                  .key = "once",
                                                  .fingerprint = "request",
                                                  .owner = std::to_string(i),
                                                  .lease_until = at(5000)},
                                                 at(1000), at(0))
                                  .kind;
            if (kind != Kind::begun) continue;
            ++mine_ran;
            ++ran;
            mine.idempotency.end_attempt(user, "once", std::to_string(i));
        }
    });
    EXPECT_EQ(ran, 20);
}

TEST_P(CatalogueContract, OfTokensBoundTogetherOneIsRecordedAndAllGetIt) {
    const auto other = another(4);
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::string> recorded(4);
        together(4, [&](int i) {
            recorded[static_cast<std::size_t>(i)] =
                (i % 2 == 0 ? *catalogue_ : *other)
                    .token_pins.pin_token(std::to_string(round), "serial " + std::to_string(i),
                                          audit("token.bind"));
        });
        EXPECT_THAT(recorded, testing::Each(recorded[0]));
    }
    EXPECT_EQ(audited().size(), rounds);
}

TEST_P(CatalogueContract, OfTwoAdoptionsOfOneNameBothStandOrOneIsRefused) {
    const auto other = another(2);
    const auto project = new_project();
    for (int round = 0; round < rounds; ++round) {
        std::atomic<int> adopted = 0;
        together(2, [&](int side) {
            auto key = new_key(project, std::to_string(round));
            key.deployments.resize(1);
            key.deployments[0].environment = round % 2 == 0 ? "production" : std::to_string(side);
            if ((side == 0 ? *catalogue_ : *other).deployments.adopt_key(key, audit("drift.adopt")))
                ++adopted;
        });
        EXPECT_EQ(adopted, round % 2 == 0 ? 1 : 2);
        EXPECT_EQ(catalogue_->keys.find_key(project, std::to_string(round)).value().deployments.size(),
                  round % 2 == 0 ? 1 : 2);
    }
}

}  // namespace
}  // namespace keyward::storage
