#include "service/runtime/pinned_token.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/forwarding_stores.hpp"
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

/// A store that cannot write.
class FailingTokenPins : public TokenPinStore {
  public:
    explicit FailingTokenPins(const Catalogue&) {}

    std::string pin_token(const std::string&, const std::string&, const AuditRecord&) override { fail(); }
    std::optional<std::string> pinned_token(const std::string&) override { return std::nullopt; }
    void retire_token(const std::string&, const std::string&, const AuditRecord&) override { fail(); }
    void repin_token(const std::string&, const std::string&, const AuditRecord&) override { fail(); }

  private:
    [[noreturn]] static void fail() { throw CatalogueError("the disk is full"); }
};

class PinnedTokens : public testing::Test {
  protected:
    std::unique_ptr<PinnedToken> pinned(Catalogue& catalogue, Pinning pinning = Pinning::record) {
        return std::make_unique<PinnedToken>(fixture_.production, "production", catalogue.token_pins,
                                             catalogue.deployments, pinning, [this] { return fixture_.now; });
    }
    std::unique_ptr<PinnedToken> pinned(Pinning pinning = Pinning::record) {
        return pinned(*fixture_.catalogue, pinning);
    }

    template <typename Action>
    static TokenError refusal(const Action& action) {
        return test::thrown_by<TokenError>(action);
    }

    ServiceFixture fixture_;
};

TEST_F(PinnedTokens, TheFirstCallRecordsTheTokenThatIsInPlace) {
    pinned()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(PinnedTokens, ItsRecordingStandsInTheAuditTrail) {
    pinned()->ping();
    const auto records = fixture_.catalogue->audit_log.audit_trail(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].action, "token.bind");
    EXPECT_EQ(records[0].result, "serial 0001");
}

TEST_F(PinnedTokens, NothingIsRecordedWhereTheCatalogueIsOnlyRead) {
    pinned(Pinning::compare)->ping();
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(PinnedTokens, ATokenThatCanNotBeReachedRecordsNothing) {
    fixture_.production->set_reachable(false);
    EXPECT_EQ(refusal([&] { pinned()->ping(); }).fault(), TokenFault::unreachable);
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(PinnedTokens, EveryCallRefusesAnotherToken) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    const auto token = pinned();
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

TEST_F(PinnedTokens, AlsoWhereTheCatalogueIsOnlyRead) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    EXPECT_STREQ(refusal([&] { pinned(Pinning::compare)->ping(); }).what(), wrong_token_text);
}

TEST_F(PinnedTokens, WhichTokenIsInPlaceIsToldAllTheSame) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    EXPECT_EQ(pinned()->identity().serial, "0001");
}

TEST_F(PinnedTokens, TheRightTokenWorksAgainOnceItIsBack) {
    const auto first = pinned();
    first->ping();
    fixture_.production->replace_by_empty("0002");
    const auto token = pinned();
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), wrong_token_text);
    fixture_.production->put_back();
    EXPECT_NO_THROW(token->ping());
}

TEST_F(PinnedTokens, AnotherTokenWorksOnceItIsAccepted) {
    pinned()->ping();
    fixture_.production->replace_by_empty("0002");
    const auto token = pinned();
    refusal([&] { token->ping(); });
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_NO_THROW(token->ping());
}

TEST_F(PinnedTokens, ItIsAskedAgainAfterTheTokenCouldNotBeReached) {
    const auto token = pinned();
    token->ping();
    fixture_.production->set_reachable(false);
    refusal([&] { token->ping(); });
    fixture_.production->replace_by_empty("0002");
    fixture_.production->set_reachable(true);
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), wrong_token_text);
}

TEST_F(PinnedTokens, ACatalogueThatFailsSaysNothingOfTheToken) {
    CatalogueWith<FailingTokenPins> failing(*fixture_.catalogue);
    const TokenError error = refusal([&] { pinned(failing)->ping(); });
    EXPECT_EQ(error.fault(), TokenFault::busy);
    EXPECT_STREQ(error.what(),
                 "The catalogue can't say which token holds the keys of environment production");
}

// A catalogue from before tokens were recorded: there are keys, and no serial number.

class KeysWithoutARecordedToken : public PinnedTokens {
  protected:
    ObjectId create(const std::string& name) {
        fixture_.create(ServiceFixture::aes_request(name, {"production"}));
        return *fixture_.catalogue->keys.find_key(fixture_.project.id, name)->deployments.at(0).object_id;
    }
};

TEST_F(KeysWithoutARecordedToken, AnEmptyTokenIsRefusedAndNotRecorded) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    for (const Pinning pinning : {Pinning::record, Pinning::compare}) {
        const TokenError error = refusal([&] { pinned(pinning)->ping(); });
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(), no_recorded_key_text);
    }
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, ATokenWithOneOfThemIsRecorded) {
    fixture_.production->lose(create("a"));
    create("b");
    pinned()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(KeysWithoutARecordedToken, WhereTheCatalogueIsOnlyReadItIsTakenAndNotRecorded) {
    create("k");
    EXPECT_NO_THROW(pinned(Pinning::compare)->ping());
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, SixteenOfThemAreLookedFor) {
    for (const char letter : std::string("abcdefghijklmnopq"))
        create(std::string(1, letter));
    for (const ObjectId& id : fixture_.catalogue->deployments.deployed_objects("production", 16))
        fixture_.production->lose(id);
    EXPECT_EQ(fixture_.production->objects(), 1U);
    EXPECT_STREQ(refusal([&] { pinned()->ping(); }).what(), no_recorded_key_text);
}

TEST_F(KeysWithoutARecordedToken, LostOnesSayNothingOfTheToken) {
    const ObjectId id = create("k");
    fixture_.production->lose(id);
    ASSERT_TRUE(fixture_.catalogue->deployments.mark_missing(id, "lost", {}));
    pinned()->ping();
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(KeysWithoutARecordedToken, ALookupThatFailsRecordsNothing) {
    create("k");
    fixture_.production->fail_lookups(true);
    EXPECT_STREQ(refusal([&] { pinned()->ping(); }).what(), "The token can't be searched");
    EXPECT_FALSE(fixture_.catalogue->token_pins.pinned_token("production"));
}

TEST_F(KeysWithoutARecordedToken, AnotherOneWorksOnceItIsAccepted) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    const auto token = pinned();
    refusal([&] { token->ping(); });
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_NO_THROW(token->ping());
}

/// A token that is recorded with its keys `a` and `b`.
class RecordedKeys : public KeysWithoutARecordedToken {
  protected:
    RecordedKeys() {
        ids_ = {create("a"), create("b")};
        pinned()->ping();
    }
    /// The token is initialized again; most HSMs keep the serial number.
    void initialise_again() { fixture_.production->replace_by_empty("0001"); }

    std::vector<ObjectId> ids_;
};

TEST_F(RecordedKeys, ATokenInitialisedAgainWithTheSameSerialNumberIsRefusedByTheNextProcess) {
    initialise_again();
    for (const Pinning pinning : {Pinning::record, Pinning::compare}) {
        const TokenError error = refusal([&] { pinned(pinning)->ping(); });
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(), no_recorded_key_text);
    }
}

TEST_F(RecordedKeys, AndByEveryCallThatUsesOrMakesOrDestroysObjects) {
    initialise_again();
    const auto token = pinned();
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
    const auto token = pinned();
    EXPECT_EQ(token->count(ids_[0]), 0U);
    EXPECT_NO_THROW(token->scan([](const TokenObject&, std::size_t, std::size_t) {}));
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), no_recorded_key_text);
}

TEST_F(RecordedKeys, ARunningProcessAsksAgainAfterTheTokenWasLost) {
    const auto token = pinned();
    token->ping();
    initialise_again();
    EXPECT_STREQ(refusal([&] { token->ping(); }).what(), no_recorded_key_text);
    fixture_.production->put_back();
    EXPECT_NO_THROW(token->ping());
}

TEST_F(RecordedKeys, AnImportDuringWhichTheTokenWasReplacedIsNotBelieved) {
    const auto token = pinned();
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
    EXPECT_NO_THROW(pinned()->ping());
}

TEST_F(RecordedKeys, ThoseThatOnlyShowAfterAnInitialisationCount) {
    for (const ObjectId& id : ids_)
        fixture_.production->hide_until_refresh(id);
    EXPECT_NO_THROW(pinned()->ping());
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
}

TEST_F(RecordedKeys, ATokenWithoutThemHasTheModuleInitialisedAgainMoreAndMoreRarely) {
    initialise_again();
    const auto token = pinned();
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
    const auto token = pinned();
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
    EXPECT_NO_THROW(pinned()->ping());
}

TEST_F(RecordedKeys, ThoseOfATokenThatWasReplacedDoNotCount) {
    fixture_.catalogue->token_pins.retire_token("production", "0001 before", {});
    initialise_again();
    EXPECT_NO_THROW(pinned()->ping());
}

TEST_F(RecordedKeys, ATokenThatProvedItselfIsNotAskedAtEveryUse) {
    struct CountingDeployments : ForwardingDeploymentStore {
        using ForwardingDeploymentStore::ForwardingDeploymentStore;
        std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override {
            ++asked;
            return next_.deployed_objects(environment, limit);
        }
        int asked = 0;
    };
    CatalogueWith<CountingDeployments> counting(*fixture_.catalogue);
    const auto token = pinned(counting);
    for (int i = 0; i < 3; ++i) {
        token->ping();
        token->destroy(ObjectId::random());
    }
    EXPECT_EQ(counting.asked, 1);
}

TEST_F(PinnedTokens, TheLogSaysHowAnotherTokenIsAccepted) {
    fixture_.catalogue->token_pins.pin_token("production", "0002", {});
    testing::internal::CaptureStderr();
    refusal([&] { pinned()->ping(); });
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::HasSubstr("accept it with: keyward reconcile --accept-token production"));
}

TEST_F(PinnedTokens, ANewPinIsPassedOn) {
    pinned()->reload_pin();
    EXPECT_EQ(fixture_.production->pin_reloads(), 1U);
}

}  // namespace
}  // namespace keyward::service
