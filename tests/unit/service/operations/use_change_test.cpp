#include <atomic>
#include <future>

#include "storage/open_catalogue.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

constexpr auto missing_text =
    "production: The token does not hold the key, although it was deployed there; an operator can find out "
    "more "
    "with: keyward reconcile --dry-run";
constexpr auto changed_text =
    "Key (name: k) is being changed by another request, or was since it was read; nothing was done, read it "
    "and "
    "try again";

/// Counts the queries of a use of a key.
class CountingUseStores : public ForwardingKeyStore,
                          public ForwardingProjectStore,
                          public ForwardingUserStore,
                          public AuditLog {
  public:
    explicit CountingUseStores(const Catalogue& real)
        : ForwardingKeyStore(real), ForwardingProjectStore(real), ForwardingUserStore(real) {}

    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override {
        ++key_queries;
        return ForwardingKeyStore::find_key(project_id, name);
    }
    std::optional<KeyRevision> find_revision(const std::string& project_id,
                                             const std::string& name) override {
        ++revision_queries;
        return ForwardingKeyStore::find_revision(project_id, name);
    }
    std::optional<Project> find_project(const std::string& name) override {
        ++other_queries;
        return ForwardingProjectStore::find_project(name);
    }
    std::vector<Key> list_keys(const KeyQuery& query) override {
        ++other_queries;
        return ForwardingKeyStore::list_keys(query);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override {
        ++other_queries;
        return ForwardingUserStore::grants_of(user_id);
    }
    void record(const AuditRecord&) override { ++other_queries; }
    std::vector<AuditRecord> audit_trail(std::size_t) override { return {}; }
    bool was_committed(const std::string&) override { return false; }

    int key_queries = 0;
    int revision_queries = 0;
    int other_queries = 0;
};

class UseChangeTest : public testing::Test {
  protected:
    UseResult encrypt() { return fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")); }
    ServiceError refused() { return fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM")); }
    void renew() { fixture_.update(KeyLife::renewal("k", {"production"})); }
    [[nodiscard]] ObjectId object() const { return fixture_.key().deployments[0].object_id.value(); }

    UseFixture fixture_;
};

// between calls

TEST_F(UseChangeTest, ANewKeyIsUsedAsSoonAsItHasReplacedTheOldOne) {
    const UseResult sealed = encrypt();
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(sealed)).success);
    renew();
    EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, opening(sealed)).message, not_decrypted);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(encrypt())).success);
}

TEST_F(UseChangeTest, TheOldKeyIsNotUsedThoughItsObjectIsStillThere) {
    const ObjectId old = object();
    const UseResult sealed = encrypt();
    TokenObject survivor;
    survivor.id = old;
    survivor.id_hex = old.hex();
    survivor.uses = {KeyUsage::encrypt_decrypt};
    renew();
    fixture_.production->add_foreign(survivor);
    EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, opening(sealed)).message, not_decrypted);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasReplacedIsSeenByTheNextCall) {
    const UseResult sealed = encrypt();
    const auto other = storage::open_catalogue(fixture_.catalogue_url(), 1);
    UpdateKey(fixture_.context_over(*other))
        .run(fixture_.alice, fixture_.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, opening(sealed)).message, not_decrypted);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(encrypt())).success);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasDeletedIsSeenByTheNextCall) {
    encrypt();
    const auto other = storage::open_catalogue(fixture_.catalogue_url(), 1);
    RemoveKey(fixture_.context_over(*other)).remove(fixture_.alice, fixture_.project, "k", {});
    expect_error(refused(), ErrorKind::not_found, "Key (name: k) is not found");
    EXPECT_EQ(fixture_.production->operations(), 1U);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasUndeployedIsSeenByTheNextCall) {
    encrypt();
    const auto other = storage::open_catalogue(fixture_.catalogue_url(), 1);
    RemoveKey(fixture_.context_over(*other))
        .undeploy(fixture_.alice, fixture_.project, "k", "production", {});
    expect_error(refused(), ErrorKind::not_found,
                 "Key (name: k) is not deployed in environment (name: production)");
}

TEST_F(UseChangeTest, AnObjectThatIsFoundMissingOrFoundAgainIsSeenByTheNextCall) {
    encrypt();
    fixture_.catalogue->deployments.mark_missing(object(), "is missing", {});
    expect_error(
        refused(), ErrorKind::not_found,
        "Key (name: k) is not in its token any more in environment (name: production); send its content "
        "again with PUT");
    fixture_.catalogue->deployments.mark_found(object(), {});
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, ATokenThatIsReplacedOrPutBackIsSeenByTheNextCall) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    encrypt();
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    expect_error(refused(), ErrorKind::hsm_unavailable,
                 "Key (name: k) is in a token that has been replaced in environment (name: production)");
    fixture_.catalogue->token_pins.repin_token("production", "0001", {});
    EXPECT_TRUE(encrypt().success);
}

// between the lookup and the operation

TEST_F(UseChangeTest, AKeyThatIsReplacedJustThenIsFollowed) {
    fixture_.production->in_next_operation([this] { renew(); });
    const UseResult sealed = encrypt();
    EXPECT_TRUE(sealed.success);
    EXPECT_EQ(text_of(fixture_.run(CryptoOperation::decrypt, opening(sealed)).output), "a message")
        << "it was made with the key as it is now";
    EXPECT_EQ(fixture_.production->operations(), 2U);
    EXPECT_EQ(fixture_.production->refreshes(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedInTheMiddleOfABatchIsFollowed) {
    std::vector<OperationFields> many = times(70, "AES-GCM");
    fixture_.production->in_next_operation([this] {
        fixture_.production->in_next_operation([this] { renew(); });  // at the second part
    });
    const auto results = fixture_.run_batch(CryptoOperation::encrypt, std::move(many));
    ASSERT_EQ(results.size(), 70U);
    EXPECT_FALSE(fixture_.run(CryptoOperation::decrypt, opening(results.front())).success);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(results.back())).success);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedAgainAndAgainIsFollowedTwice) {
    fixture_.production->in_next_operation([this] {
        renew();
        fixture_.production->in_next_operation([this] { renew(); });
    });
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedFasterThanItIsUsedIsAConflict) {
    std::function<void()> again = [&] {
        renew();
        fixture_.production->in_next_operation(again);
    };
    fixture_.production->in_next_operation(again);
    EXPECT_EQ(refused().kind(), ErrorKind::conflict);
    fixture_.production->in_next_operation([] {});
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AKeyThatIsDeletedJustThenIsNotFound) {
    fixture_.production->in_next_operation([this] { fixture_.remove("k"); });
    expect_error(refused(), ErrorKind::not_found, "Key (name: k) is not found");
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsUndeployedJustThenIsRefused) {
    fixture_.production->in_next_operation([this] { fixture_.undeploy("k", "production"); });
    expect_error(refused(), ErrorKind::not_found,
                 "Key (name: k) is not deployed in environment (name: production)");
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyWhoseMechanismsChangeWithItJustThenIsAConflict) {
    fixture_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::renewal("k", {"production", "staging"});
        change.mechanisms = {"AES-CTR"};
        fixture_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedByOneOfAnotherSizeJustThenIsAConflict) {
    fixture_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.environments.push_back(KeyLife::entry_with(random_content(16), "production"));
        fixture_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
}

TEST_F(UseChangeTest, AnotherKeyThatHasTakenTheNameJustThenIsAConflict) {
    fixture_.production->in_next_operation([this] {
        fixture_.remove("k");
        fixture_.make("k", {});
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AChangeThatLeavesTheObjectAloneDisturbsNobody) {
    fixture_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        fixture_.update(std::move(change));
    });
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneWithoutAChangeIsTheOperatorsToFind) {
    fixture_.production->lose(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsed) {
    const UseResult sealed = encrypt();
    const Environment& production = *fixture_.environments.all().front();
    fixture_.now += std::chrono::seconds(1);
    fixture_.production->hide_until_refresh(object());
    EXPECT_EQ(text_of(fixture_.run(CryptoOperation::decrypt, opening(sealed)).output), "a message");
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(production.last_refresh(), fixture_.now) << "a deletion need not have it done once more";
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsedOnAWorkerToo) {
    fixture_.production->hide_until_refresh(object());
    UseKeyRequest request = fixture_.single(CryptoOperation::encrypt, operation("AES-GCM"));
    request.responder = nullptr;
    EXPECT_TRUE(fixture_.use.run(fixture_.bob, fixture_.project, std::move(request), {}).front().success);
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsedByABatch) {
    fixture_.production->hide_until_refresh(object());
    const auto results =
        fixture_.run_batch(CryptoOperation::encrypt, operations(operation("AES-GCM"), operation("AES-GCM")));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_TRUE(results[0].success && results[1].success);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneAlsoFromAModuleThatIsInitialisedAgainIsTheOperatorsToFind) {
    fixture_.production->lose(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
}

TEST_F(UseChangeTest, AnObjectThatStaysGoneHasTheModuleInitialisedAgainMoreAndMoreRarely) {
    fixture_.production->lose(object());
    fixture_.now += std::chrono::minutes(10);
    std::vector<int> minutes;
    for (int minute = 0; minute <= 200; ++minute) {
        const std::size_t before = fixture_.production->refreshes();
        expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
        if (fixture_.production->refreshes() > before) minutes.push_back(minute);
        fixture_.now += std::chrono::minutes(1);
    }
    EXPECT_EQ(minutes, (std::vector<int>{0, 1, 3, 7, 15, 31, 63, 123, 183}));
}

TEST_F(UseChangeTest, AnObjectThatIsMadeAfterwardsIsLookedForAtOnce) {
    fixture_.production->lose(object());
    fixture_.now += std::chrono::minutes(10);
    for (int use = 0; use < 2; ++use)
        refused();
    ASSERT_EQ(fixture_.production->refreshes(), 1U);
    renew();
    fixture_.production->hide_until_refresh(object());
    EXPECT_TRUE(encrypt().success);
    EXPECT_EQ(fixture_.production->refreshes(), 2U);
}

TEST_F(UseChangeTest, AnInitialisationThatHelpedIsFollowedByNoPause) {
    fixture_.now += std::chrono::minutes(10);
    for (std::size_t times = 1; times <= 3; ++times) {
        fixture_.production->hide_until_refresh(object());
        EXPECT_TRUE(encrypt().success);
        EXPECT_EQ(fixture_.production->refreshes(), times);
    }
}

TEST_F(UseChangeTest, AnObjectThatStaysGoneDelaysTheSearchInNoOtherEnvironment) {
    fixture_.production->lose(object());
    fixture_.now += std::chrono::minutes(10);
    for (int use = 0; use < 2; ++use)
        refused();
    fixture_.staging->hide_until_refresh(*fixture_.key().deployments[1].object_id);
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseChangeTest, AnObjectThatIsNotSeenInAModuleThatCantBeInitialisedNowIsTheOperatorsToFind) {
    fixture_.production->set_refreshable(false);
    fixture_.production->hide_until_refresh(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneWhileOnlyTheTextsChangedIsTheOperatorsToFind) {
    fixture_.production->in_next_operation([this] {
        fixture_.production->lose(object());
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        fixture_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
}

TEST_F(UseChangeTest, WhatAnObjectMadeThatIsNotTheKeysAnyMoreGoesNowhere) {
    const ObjectId old = object();
    TokenObject still_there;
    fixture_.production->alter(old, [&](TokenObject& shown) { still_there = shown; });
    fixture_.production->in_next_operation([&] {
        renew();
        fixture_.production->add_foreign(still_there);
    });
    const UseResult sealed = encrypt();
    EXPECT_EQ(fixture_.production->operations(), 2U);
    fixture_.production->lose(old);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(sealed)).success);
}

TEST_F(UseChangeTest, WhatAnObjectMadeOfAKeyThatWasDeletedMeanwhileGoesNowhere) {
    TokenObject still_there;
    fixture_.production->alter(object(), [&](TokenObject& shown) { still_there = shown; });
    fixture_.production->in_next_operation([&] {
        fixture_.remove("k");
        fixture_.production->add_foreign(still_there);
    });
    EXPECT_EQ(refused().kind(), ErrorKind::not_found);
}

TEST_F(UseChangeTest, AChangeOfTheTextsAloneCostsNoOperation) {
    fixture_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        fixture_.update(std::move(change));
    });
    EXPECT_TRUE(encrypt().success);
    EXPECT_EQ(fixture_.production->operations(), 1U);
}

TEST_F(UseChangeTest, ManyUseAKeyBesideItsReplacementsAndNobodyFails) {
    std::vector<std::future<std::size_t>> users;
    std::atomic<bool> over = false;
    users.reserve(4);
    for (int i = 0; i < 4; ++i)
        users.push_back(std::async(std::launch::async, [this, &over] {
            std::size_t succeeded = 0;
            do {
                if (!encrypt().success) throw std::logic_error("an encryption failed");
                ++succeeded;
            } while (!over);
            return succeeded;
        }));
    for (int i = 0; i < 10; ++i)
        renew();
    over = true;
    for (auto& user : users)
        EXPECT_GT(user.get(), 0U);
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

// lookups

class UseLookupTest : public UseChangeTest {
  protected:
    void expect_lookups(int revisions, int keys) {
        EXPECT_EQ(counting_.revision_queries, revisions);
        EXPECT_EQ(counting_.key_queries, keys);
        EXPECT_EQ(counting_.other_queries, 0);
        counting_.revision_queries = counting_.key_queries = 0;
    }
    void use_it(std::vector<OperationFields> fields = operations(operation("AES-GCM"))) {
        use_.run(fixture_.bob, fixture_.project, fixture_.batch(CryptoOperation::encrypt, std::move(fields)),
                 {});
    }

    CatalogueWith<CountingUseStores> counting_{*fixture_.catalogue};
    UseKey use_{fixture_.context_with(false, counting_), [this] { return fixture_.steady; }};
};

TEST_F(UseLookupTest, TheFirstUseReadsTheKeyAndEachFurtherOneAsksBeforeAndAfterWhetherItStillHolds) {
    use_it();
    expect_lookups(2, 1);
    for (int i = 0; i < 10; ++i) {
        use_it();
        expect_lookups(2, 0);
    }
}

TEST_F(UseLookupTest, ABatchAsksOnceMoreAfterEachPart) {
    use_it();
    expect_lookups(2, 1);
    std::vector<OperationFields> many = times(1000, "AES-GCM");
    use_it(std::move(many));
    expect_lookups(1 + 1 + 999 / 32 + 1, 0);
}

TEST_F(UseLookupTest, AChangedKeyIsReadAgainOnce) {
    use_it();
    expect_lookups(2, 1);
    renew();
    use_it();
    expect_lookups(2, 1);
    use_it();
    expect_lookups(2, 0);
}

TEST_F(UseLookupTest, AnUnknownKeyIsOneLookup) {
    fixture_.remove("k");
    EXPECT_THROW(use_it(), ServiceError);
    expect_lookups(1, 0);
}

TEST_F(UseLookupTest, AKeyThatIsReplacedJustThenIsReadOnceMore) {
    use_it();
    expect_lookups(2, 1);
    fixture_.production->in_next_operation([this] { renew(); });
    use_it();
    expect_lookups(4, 1);
}

// the key cache

TEST(KeyCache, AreTheSameUntilTheyChange) {
    KeyLife fixture;
    KeyCache known(fixture.catalogue->keys);
    const auto first = known.find(fixture.project.id, "k");
    ASSERT_TRUE(first);
    EXPECT_EQ(known.find(fixture.project.id, "k"), first);
    fixture.update(KeyLife::renewal("k", {"production"}));
    const auto second = known.find(fixture.project.id, "k");
    ASSERT_TRUE(second);
    EXPECT_NE(second, first);
    EXPECT_NE(second->deployments[0].object_id, first->deployments[0].object_id);
    EXPECT_EQ(first->name, "k") << "who holds the old one may read on";
}

TEST(KeyCache, OfOneProjectAreNotThoseOfAnother) {
    KeyLife fixture;
    KeyCache known(fixture.catalogue->keys);
    ASSERT_TRUE(known.find(fixture.project.id, "k"));
    EXPECT_FALSE(known.find("another project", "k"));
    EXPECT_FALSE(known.find(fixture.project.id, "K"));
}

TEST(KeyCache, AreGoneWhenTheyAreDeletedAndNewUnderTheSameName) {
    KeyLife fixture;
    KeyCache known(fixture.catalogue->keys);
    const auto first = known.find(fixture.project.id, "k");
    fixture.remove("k");
    EXPECT_FALSE(known.find(fixture.project.id, "k"));
    fixture.create(ServiceFixture::aes_request("k", {"staging"}));
    const auto second = known.find(fixture.project.id, "k");
    ASSERT_TRUE(first && second);
    EXPECT_NE(second->id, first->id);
    EXPECT_EQ(second->deployments[0].environment, "staging");
}

TEST(KeyCache, AreReadAgainWhenThereAreMoreThanAreKept) {
    KeyLife fixture;
    for (const char* name : {"a", "b", "c", "d"})
        fixture.create(ServiceFixture::aes_request(name, {"production"}));
    CatalogueWith<CountingUseStores> counting(*fixture.catalogue);
    KeyCache known(counting.keys, 2);
    for (int round = 0; round < 3; ++round)
        for (const char* name : {"a", "b", "c", "d"})
            EXPECT_EQ(known.find(fixture.project.id, name)->name, name);
    EXPECT_EQ(counting.revision_queries, 12);
    EXPECT_GE(counting.key_queries, 8);
}

/// The key is deleted between the query for its revision and the query for the key.
class VanishingKey : public ForwardingKeyStore {
  public:
    using ForwardingKeyStore::ForwardingKeyStore;
    std::optional<Key> find_key(const std::string&, const std::string&) override { return std::nullopt; }
};

TEST(KeyCache, DoNotHoldAKeyThatGoesWhileItIsRead) {
    KeyLife fixture;
    CatalogueWith<VanishingKey> vanishing(*fixture.catalogue);
    EXPECT_FALSE(KeyCache(vanishing.keys).find(fixture.project.id, "k"));
}

}  // namespace
}  // namespace keyward::service
