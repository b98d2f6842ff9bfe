#include "service/runtime/pinned_token.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/forwarding_catalogue.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

using Pinning = PinnedToken::Pinning;

const char* const wrong_token_text = "The token of environment production is not the one that holds its keys";
const char* const no_recorded_key_text =
    "The token of environment production holds none of the keys that are recorded for it, so it may have "
    "been "
    "initialised again: put the right token back, or accept this one with: keyward reconcile --accept-token "
    "production";

class BoundTokens : public testing::Test {
  protected:
    std::unique_ptr<PinnedToken> bound(Catalogue& catalogue, Pinning binding = Pinning::record) {
        return std::make_unique<PinnedToken>(fixture_.production, "production", catalogue.token_pins,
                                             catalogue.deployments, binding, [this] { return fixture_.now; });
    }
    std::unique_ptr<PinnedToken> bound(Pinning binding = Pinning::record) {
        return bound(*fixture_.catalogue, binding);
    }

    template <typename Action>
    static TokenError refusal(Action action) {
        try {
            action();
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("nothing was thrown");
    }

    ServiceFixture fixture_;
};

TEST_F(BoundTokens, TheFirstCallRecordsTheTokenThatIsInPlace) {
    bound()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(BoundTokens, ItsRecordingStandsInTheAuditTrail) {
    bound()->ping();
    const auto records = fixture_.catalogue->audit_log.audit_trail(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].action, "token.bind");
    EXPECT_EQ(records[0].result, "serial 0001");
}

TEST_F(BoundTokens, NothingIsRecordedWhereTheCatalogueIsOnlyRead) {
    bound(Pinning::compare)->ping();
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(BoundTokens, ATokenThatCanNotBeReachedRecordsNothing) {
    fixture_.production->set_reachable(false);
    EXPECT_EQ(refusal([&] { bound()->ping(); }).fault(), TokenFault::unreachable);
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(BoundTokens, EveryCallRefusesAnotherToken) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    const auto token = bound();
    const ObjectId id = ObjectId::random();
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    const std::vector<std::function<void()>> calls{
        [&] { token->ping(); },
        [&] { token->mechanisms(); },
        [&] { token->count(id); },
        [&] { token->destroy(id); },
        [&] { token->destroy_incomplete(std::chrono::milliseconds(0)); },
        [&] { token->scan([](const TokenObject&, std::size_t, std::size_t) {}); },
        [&] {
            token->import({id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
        }};
    for (const auto& call : calls) {
        const TokenError error = refusal(call);
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(), wrong_token_text);
    }
    EXPECT_EQ(fixture_.production->imports(), 0U);
}

TEST_F(BoundTokens, AlsoWhereTheCatalogueIsOnlyRead) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    EXPECT_STREQ(refusal([&] { bound(Pinning::compare)->ping(); }).what(), wrong_token_text);
}

TEST_F(BoundTokens, WhichTokenIsInPlaceIsToldAllTheSame) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    EXPECT_EQ(bound()->identity().serial, "0001");
}

TEST_F(BoundTokens, TheRightTokenWorksAgainOnceItIsBack) {
    const auto first = bound();
    first->ping();
    fixture_.production->replace_by_empty("0002");
    const auto token = bound();
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), wrong_token_text);
    fixture_.production->put_back();
    EXPECT_NO_THROW(token->ping());
}

TEST_F(BoundTokens, AnotherTokenWorksOnceItIsAccepted) {
    bound()->ping();
    fixture_.production->replace_by_empty("0002");
    const auto token = bound();
    refusal([&] { token->ping(); });
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_NO_THROW(token->ping());
}

TEST_F(BoundTokens, ItIsAskedAgainAfterTheTokenCouldNotBeReached) {
    const auto token = bound();
    token->ping();
    fixture_.production->set_reachable(false);
    refusal([&] { token->ping(); });
    fixture_.production->replace_by_empty("0002");
    fixture_.production->set_reachable(true);
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), wrong_token_text);
}

TEST_F(BoundTokens, ACatalogueThatFailsSaysNothingOfTheToken) {
    struct Failing : ForwardingCatalogue {
        using ForwardingCatalogue::ForwardingCatalogue;
        std::string pin_token(const std::string&, const std::string&, const AuditRecord&) override {
            throw CatalogueError("the disk is full");
        }
    } failing(*fixture_.catalogue);
    const TokenError error = refusal([&] { bound(failing)->ping(); });
    EXPECT_EQ(error.fault(), TokenFault::busy);
    EXPECT_STREQ(error.what(),
                 "The catalogue can't say which token holds the keys of environment production");
}

// A catalogue from before tokens were recorded: there are keys, and no serial number.

class KeysWithoutARecordedToken : public BoundTokens {
  protected:
    ObjectId create(const std::string& name) {
        fixture_.create(ServiceFixture::aes_request(name, {"production"}));
        return *fixture_.catalogue->keys.find_key(fixture_.project.id, name)->deployments.at(0).object_id;
    }
};

TEST_F(KeysWithoutARecordedToken, AnEmptyTokenIsRefusedAndNotRecorded) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    for (const Pinning binding : {Pinning::record, Pinning::compare}) {
        const TokenError error = refusal([&] { bound(binding)->ping(); });
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(), no_recorded_key_text);
    }
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, ATokenWithOneOfThemIsRecorded) {
    fixture_.production->lose(create("a"));
    create("b");
    bound()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(KeysWithoutARecordedToken, WhereTheCatalogueIsOnlyReadItIsTakenAndNotRecorded) {
    create("k");
    EXPECT_NO_THROW(bound(Pinning::compare)->ping());
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, SixteenOfThemAreLookedFor) {
    for (const char letter : std::string("abcdefghijklmnopq"))
        create(std::string(1, letter));
    for (const ObjectId& id : fixture_.catalogue->deployments.deployed_objects("production", 16))
        fixture_.production->lose(id);
    EXPECT_EQ(fixture_.production->objects(), 1U);
    EXPECT_STREQ(refusal([&] { bound()->ping(); }).what(), no_recorded_key_text);
}

TEST_F(KeysWithoutARecordedToken, LostOnesSayNothingOfTheToken) {
    const ObjectId id = create("k");
    fixture_.production->lose(id);
    ASSERT_TRUE(fixture_.catalogue->deployments.mark_missing(id, "lost", {}));
    bound()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(KeysWithoutARecordedToken, ALookupThatFailsRecordsNothing) {
    create("k");
    fixture_.production->fail_lookups(true);
    EXPECT_STREQ(refusal([&] { bound()->ping(); }).what(), "The token can't be searched");
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, AnotherOneWorksOnceItIsAccepted) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    const auto token = bound();
    refusal([&] { token->ping(); });
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_NO_THROW(token->ping());
}

/// A token that is recorded with its keys `a` and `b`.
class RecordedKeys : public KeysWithoutARecordedToken {
  protected:
    RecordedKeys() {
        ids_ = {create("a"), create("b")};
        bound()->ping();
    }
    /// The token is initialized again; most HSMs keep the serial number.
    void initialise_again() { fixture_.production->replace_by_empty("0001"); }

    std::vector<ObjectId> ids_;
};

TEST_F(RecordedKeys, ATokenInitialisedAgainWithTheSameSerialNumberIsRefusedByTheNextProcess) {
    initialise_again();
    for (const Pinning binding : {Pinning::record, Pinning::compare}) {
        const TokenError error = refusal([&] { bound(binding)->ping(); });
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(), no_recorded_key_text);
    }
}

TEST_F(RecordedKeys, AndByEveryCallThatUsesOrMakesOrDestroysObjects) {
    initialise_again();
    const auto token = bound();
    const ObjectId id = ObjectId::random();
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    const std::vector<std::function<void()>> calls{
        [&] { token->ping(); },
        [&] { token->mechanisms(); },
        [&] { token->oaep_hashes(); },
        [&] { token->operate(id, CryptoOperation::encrypt, {}); },
        [&] { token->destroy(id); },
        [&] { token->destroy_incomplete(std::chrono::milliseconds(0)); },
        [&] {
            token->import({id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
        }};
    for (const auto& call : calls)
        EXPECT_STREQ(refusal(call).what(), no_recorded_key_text);
    EXPECT_EQ(fixture_.production->objects(), 0U);
}

TEST_F(RecordedKeys, WhatOnlyLooksThroughTheTokenIsLetIn) {
    initialise_again();
    const auto token = bound();
    EXPECT_EQ(token->count(ids_[0]), 0U);
    EXPECT_NO_THROW(token->scan([](const TokenObject&, std::size_t, std::size_t) {}));
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), no_recorded_key_text);
}

TEST_F(RecordedKeys, ARunningProcessAsksAgainAfterTheTokenWasLost) {
    const auto token = bound();
    token->ping();
    initialise_again();
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), no_recorded_key_text);
    fixture_.production->put_back();
    EXPECT_NO_THROW(token->ping());
}

TEST_F(RecordedKeys, AnImportDuringWhichTheTokenWasReplacedIsNotBelieved) {
    const auto token = bound();
    token->ping();
    fixture_.production->block_imports();
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    std::optional<TokenError> error;
    std::thread import([&] {
        error = refusal([&] {
            token->import({ObjectId::random(),
                           "label",
                           material,
                           {KeyUsage::encrypt_decrypt},
                           ObjectLifetime::token,
                           {}});
        });
    });
    fixture_.production->wait_for_blocked(1);
    initialise_again();
    fixture_.production->release_imports();
    import.join();
    EXPECT_EQ(error->fault(), TokenFault::unreachable);
    EXPECT_STREQ(error->what(), no_recorded_key_text);
}

TEST_F(RecordedKeys, TheLossOfOneRefusesNothing) {
    fixture_.production->lose(ids_[0]);
    EXPECT_NO_THROW(bound()->ping());
}

TEST_F(RecordedKeys, ThoseThatOnlyShowAfterAnInitialisationCount) {
    for (const ObjectId& id : ids_)
        fixture_.production->hide_until_refresh(id);
    EXPECT_NO_THROW(bound()->ping());
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
}

TEST_F(RecordedKeys, ATokenWithoutThemHasTheModuleInitialisedAgainMoreAndMoreRarely) {
    initialise_again();
    const auto token = bound();
    std::vector<int> minutes;
    for (int minute = 0; minute <= 200; ++minute) {
        const std::size_t before = fixture_.production->refreshes();
        EXPECT_STREQ(refusal([&] { token->ping(); }).what(), no_recorded_key_text);
        if (fixture_.production->refreshes() > before) minutes.push_back(minute);
        fixture_.now += std::chrono::minutes(1);
    }
    EXPECT_EQ(minutes, (std::vector<int>{0, 1, 3, 7, 15, 31, 63, 123, 183}));
}

TEST_F(RecordedKeys, ARightTokenThatIsLostLaterIsLookedForAtOnceAgain) {
    initialise_again();
    const auto token = bound();
    refusal([&] { token->ping(); });
    fixture_.production->put_back();
    token->ping();
    initialise_again();
    refusal([&] { token->ping(); });
    EXPECT_EQ(fixture_.production->refreshes(), 2U);
}

TEST_F(RecordedKeys, AnEnvironmentWithoutAnyHasNothingToProve) {
    for (const ObjectId& id : ids_)
        ASSERT_TRUE(fixture_.catalogue->deployments.mark_missing(id, "lost", {}));
    initialise_again();
    EXPECT_NO_THROW(bound()->ping());
}

TEST_F(RecordedKeys, ThoseOfATokenThatWasReplacedDoNotCount) {
    fixture_.catalogue->token_pins.retire_token("production", "0001 before", {});
    initialise_again();
    EXPECT_NO_THROW(bound()->ping());
}

TEST_F(RecordedKeys, ATokenThatProvedItselfIsNotAskedAtEveryUse) {
    struct Counting : ForwardingCatalogue {
        using ForwardingCatalogue::ForwardingCatalogue;
        std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override {
            ++asked;
            return next_.deployments.deployed_objects(environment, limit);
        }
        int asked = 0;
    } counting(*fixture_.catalogue);
    const auto token = bound(counting);
    for (int i = 0; i < 3; ++i) {
        token->ping();
        token->destroy(ObjectId::random());
    }
    EXPECT_EQ(counting.asked, 1);
}

TEST_F(BoundTokens, TheLogSaysHowAnotherTokenIsAccepted) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    testing::internal::CaptureStderr();
    refusal([&] { bound()->ping(); });
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::HasSubstr("accept it with: keyward reconcile --accept-token production"));
}

TEST_F(BoundTokens, ANewPinIsPassedOn) {
    bound()->reload_pin();
    EXPECT_EQ(fixture_.production->pin_reloads(), 1U);
}

}  // namespace
}  // namespace keyward::service
