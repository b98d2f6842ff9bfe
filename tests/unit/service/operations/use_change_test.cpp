#include <atomic>
#include <future>

#include "storage/open_catalogue.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

constexpr auto not_decrypted = "The input could not be decrypted";
constexpr auto missing_text =
    "production: The token does not hold the key, although it was deployed there; an operator can find out "
    "more "
    "with: keyward reconcile --dry-run";
constexpr auto changed_text =
    "Key (name: k) is being changed by another request, or was since it was read; nothing was done, read it "
    "and "
    "try again";

/// Counts what a use of a key asks.
class CountingCatalogue : public ForwardingCatalogue {
  public:
    using ForwardingCatalogue::ForwardingCatalogue;

    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override {
        ++keys;
        return next_.find_key(project_id, name);
    }
    std::optional<KeyStanding> find_standing(const std::string& project_id,
                                             const std::string& name) override {
        ++standings;
        return next_.find_standing(project_id, name);
    }
    std::optional<Project> find_project(const std::string& name) override {
        ++others;
        return next_.find_project(name);
    }
    std::vector<Key> list_keys(const KeyQuery& query) override {
        ++others;
        return next_.list_keys(query);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override {
        ++others;
        return next_.grants_of(user_id);
    }
    void record(const AuditRecord& audit) override {
        ++others;
        next_.record(audit);
    }

    int keys = 0;
    int standings = 0;
    int others = 0;
};

class UseChangeTest : public testing::Test {
  protected:
    UseResult encrypt() { return bench_.run(Action::encrypt, operation("AES-GCM")); }
    ServiceError refused() { return bench_.refused(Action::encrypt, operation("AES-GCM")); }
    void renew() { bench_.update(KeyLife::renewal("k", {"production"})); }
    [[nodiscard]] ObjectId object() const { return bench_.key().deployments[0].object_id.value(); }

    UseBench bench_;
};

// between calls

TEST_F(UseChangeTest, ANewKeyIsUsedAsSoonAsItHasReplacedTheOldOne) {
    const UseResult sealed = encrypt();
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(sealed)).success);
    renew();
    EXPECT_EQ(bench_.run(Action::decrypt, opening(sealed)).message, not_decrypted);
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(encrypt())).success);
}

TEST_F(UseChangeTest, TheOldKeyIsNotUsedThoughItsObjectIsStillThere) {
    const ObjectId old = object();
    const UseResult sealed = encrypt();
    TokenObject survivor;
    survivor.id = old;
    survivor.id_hex = old.hex();
    survivor.uses = {Use::cipher};
    renew();
    bench_.production->add_foreign(survivor);
    EXPECT_EQ(bench_.run(Action::decrypt, opening(sealed)).message, not_decrypted);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasReplacedIsSeenByTheNextCall) {
    const UseResult sealed = encrypt();
    const auto other = storage::open_catalogue("sqlite://" + (bench_.folder / "keyward.db").string(), 1);
    UpdateKey(bench_.workplace_over(*other))
        .run(bench_.alice, bench_.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_EQ(bench_.run(Action::decrypt, opening(sealed)).message, not_decrypted);
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(encrypt())).success);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasDeletedIsSeenByTheNextCall) {
    encrypt();
    const auto other = storage::open_catalogue("sqlite://" + (bench_.folder / "keyward.db").string(), 1);
    RemoveKey(bench_.workplace_over(*other)).remove(bench_.alice, bench_.project, "k", {});
    expect_error(refused(), ErrorKind::not_found, "Key (name: k) is not found");
    EXPECT_EQ(bench_.production->operations(), 1U);
}

TEST_F(UseChangeTest, WhatAnotherProcessHasUndeployedIsSeenByTheNextCall) {
    encrypt();
    const auto other = storage::open_catalogue("sqlite://" + (bench_.folder / "keyward.db").string(), 1);
    RemoveKey(bench_.workplace_over(*other)).undeploy(bench_.alice, bench_.project, "k", "production", {});
    expect_error(refused(), ErrorKind::not_found,
                 "Key (name: k) is not deployed in environment (name: production)");
}

TEST_F(UseChangeTest, AnObjectThatIsFoundMissingOrFoundAgainIsSeenByTheNextCall) {
    encrypt();
    bench_.catalogue->mark_missing(object(), "is missing", {});
    expect_error(
        refused(), ErrorKind::not_found,
        "Key (name: k) is not in its token any more in environment (name: production); send its content "
        "again with PUT");
    bench_.catalogue->mark_found(object(), {});
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, ATokenThatIsReplacedOrPutBackIsSeenByTheNextCall) {
    bench_.catalogue->bind_token("production", "0001", {});
    encrypt();
    bench_.catalogue->rebind_token("production", "0002", {});
    expect_error(refused(), ErrorKind::hsm_unavailable,
                 "Key (name: k) is in a token that has been replaced in environment (name: production)");
    bench_.catalogue->rebind_token("production", "0001", {});
    EXPECT_TRUE(encrypt().success);
}

// between the lookup and the operation

TEST_F(UseChangeTest, AKeyThatIsReplacedJustThenIsFollowed) {
    bench_.production->in_next_operation([this] { renew(); });
    const UseResult sealed = encrypt();
    EXPECT_TRUE(sealed.success);
    EXPECT_EQ(text_of(bench_.run(Action::decrypt, opening(sealed)).output), "a message")
        << "it was made with the key as it is now";
    EXPECT_EQ(bench_.production->operations(), 2U);
    EXPECT_EQ(bench_.production->refreshes(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedInTheMiddleOfABatchIsFollowed) {
    std::vector<OperationFields> many = times(70, "AES-GCM");
    bench_.production->in_next_operation([this] {
        bench_.production->in_next_operation([this] { renew(); });  // at the second part
    });
    const auto results = bench_.run_batch(Action::encrypt, std::move(many));
    ASSERT_EQ(results.size(), 70U);
    EXPECT_FALSE(bench_.run(Action::decrypt, opening(results.front())).success);
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(results.back())).success);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedAgainAndAgainIsFollowedTwice) {
    bench_.production->in_next_operation([this] {
        renew();
        bench_.production->in_next_operation([this] { renew(); });
    });
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedFasterThanItIsUsedIsAConflict) {
    std::function<void()> again = [&] {
        renew();
        bench_.production->in_next_operation(again);
    };
    bench_.production->in_next_operation(again);
    EXPECT_EQ(refused().kind(), ErrorKind::conflict);
    bench_.production->in_next_operation([] {});
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AKeyThatIsDeletedJustThenIsNotFound) {
    bench_.production->in_next_operation([this] { bench_.remove("k"); });
    expect_error(refused(), ErrorKind::not_found, "Key (name: k) is not found");
    EXPECT_EQ(bench_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsUndeployedJustThenIsRefused) {
    bench_.production->in_next_operation([this] { bench_.undeploy("k", "production"); });
    expect_error(refused(), ErrorKind::not_found,
                 "Key (name: k) is not deployed in environment (name: production)");
    EXPECT_EQ(bench_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyWhoseMechanismsChangeWithItJustThenIsAConflict) {
    bench_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::renewal("k", {"production", "staging"});
        change.mechanisms = {"AES-CTR"};
        bench_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
    EXPECT_EQ(bench_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AKeyThatIsReplacedByOneOfAnotherSizeJustThenIsAConflict) {
    bench_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.environments.push_back(KeyLife::entry_with(random_content(16), "production"));
        bench_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
}

TEST_F(UseChangeTest, AnotherKeyThatHasTakenTheNameJustThenIsAConflict) {
    bench_.production->in_next_operation([this] {
        bench_.remove("k");
        bench_.make("k", {});
    });
    expect_error(refused(), ErrorKind::conflict, changed_text);
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AChangeThatLeavesTheObjectAloneDisturbsNobody) {
    bench_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        bench_.update(std::move(change));
    });
    EXPECT_TRUE(encrypt().success);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneWithoutAChangeIsTheOperatorsToFind) {
    bench_.production->lose(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
    EXPECT_EQ(bench_.production->operations(), 0U);
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsed) {
    const UseResult sealed = encrypt();
    const Environment& production = *bench_.environments.all().front();
    const Instant initialised = production.last_refresh();
    bench_.production->hide_until_refresh(object());
    EXPECT_EQ(text_of(bench_.run(Action::decrypt, opening(sealed)).output), "a message");
    EXPECT_EQ(bench_.production->refreshes(), 1U);
    EXPECT_NE(production.last_refresh(), initialised) << "a deletion need not have it done once more";
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsedOnAWorkerToo) {
    bench_.production->hide_until_refresh(object());
    UseKeyRequest request = bench_.single(Action::encrypt, operation("AES-GCM"));
    request.waiter = nullptr;
    EXPECT_TRUE(bench_.use.run(bench_.bob, bench_.project, std::move(request), {}).front().success);
}

TEST_F(UseChangeTest, AnObjectThatIsSeenOnceTheModuleIsInitialisedAgainIsUsedByABatch) {
    bench_.production->hide_until_refresh(object());
    const auto results =
        bench_.run_batch(Action::encrypt, operations(operation("AES-GCM"), operation("AES-GCM")));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_TRUE(results[0].success && results[1].success);
    EXPECT_EQ(bench_.production->refreshes(), 1U);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneAlsoFromAModuleThatIsInitialisedAgainIsTheOperatorsToFind) {
    bench_.production->lose(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
    EXPECT_EQ(bench_.production->refreshes(), 1U);
}

TEST_F(UseChangeTest, AnObjectThatStaysGoneHasTheModuleInitialisedAgainMoreAndMoreRarely) {
    bench_.production->lose(object());
    bench_.now += std::chrono::minutes(10);
    std::vector<int> minutes;
    for (int minute = 0; minute <= 200; ++minute) {
        const std::size_t before = bench_.production->refreshes();
        expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
        if (bench_.production->refreshes() > before) minutes.push_back(minute);
        bench_.now += std::chrono::minutes(1);
    }
    EXPECT_EQ(minutes, (std::vector<int>{0, 1, 3, 7, 15, 31, 63, 123, 183}));
}

TEST_F(UseChangeTest, AnObjectThatIsMadeAfterwardsIsLookedForAtOnce) {
    bench_.production->lose(object());
    bench_.now += std::chrono::minutes(10);
    for (int use = 0; use < 2; ++use)
        refused();
    ASSERT_EQ(bench_.production->refreshes(), 1U);
    renew();
    bench_.production->hide_until_refresh(object());
    EXPECT_TRUE(encrypt().success);
    EXPECT_EQ(bench_.production->refreshes(), 2U);
}

TEST_F(UseChangeTest, AnInitialisationThatHelpedIsFollowedByNoPause) {
    bench_.now += std::chrono::minutes(10);
    for (std::size_t times = 1; times <= 3; ++times) {
        bench_.production->hide_until_refresh(object());
        EXPECT_TRUE(encrypt().success);
        EXPECT_EQ(bench_.production->refreshes(), times);
    }
}

TEST_F(UseChangeTest, AnObjectThatStaysGoneDelaysTheSearchInNoOtherEnvironment) {
    bench_.production->lose(object());
    bench_.now += std::chrono::minutes(10);
    for (int use = 0; use < 2; ++use)
        refused();
    bench_.staging->hide_until_refresh(*bench_.key().deployments[1].object_id);
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseChangeTest, AnObjectThatIsNotSeenInAModuleThatCantBeInitialisedNowIsTheOperatorsToFind) {
    bench_.production->set_refreshable(false);
    bench_.production->hide_until_refresh(object());
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
}

TEST_F(UseChangeTest, AnObjectThatIsGoneWhileOnlyTheTextsChangedIsTheOperatorsToFind) {
    bench_.production->in_next_operation([this] {
        bench_.production->lose(object());
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        bench_.update(std::move(change));
    });
    expect_error(refused(), ErrorKind::hsm_unavailable, missing_text);
}

TEST_F(UseChangeTest, WhatAnObjectMadeThatIsNotTheKeysAnyMoreGoesNowhere) {
    const ObjectId old = object();
    service::TokenObject still_there;
    bench_.production->alter(old, [&](service::TokenObject& shown) { still_there = shown; });
    bench_.production->in_next_operation([&] {
        renew();
        bench_.production->add_foreign(still_there);
    });
    const UseResult sealed = encrypt();
    EXPECT_EQ(bench_.production->operations(), 2U);
    bench_.production->lose(old);
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(sealed)).success);
}

TEST_F(UseChangeTest, WhatAnObjectMadeOfAKeyThatWasDeletedMeanwhileGoesNowhere) {
    service::TokenObject still_there;
    bench_.production->alter(object(), [&](service::TokenObject& shown) { still_there = shown; });
    bench_.production->in_next_operation([&] {
        bench_.remove("k");
        bench_.production->add_foreign(still_there);
    });
    EXPECT_EQ(refused().kind(), ErrorKind::not_found);
}

TEST_F(UseChangeTest, AChangeOfTheTextsAloneCostsNoOperation) {
    bench_.production->in_next_operation([this] {
        UpdateKeyRequest change = KeyLife::change_of("k");
        change.description = "another";
        bench_.update(std::move(change));
    });
    EXPECT_TRUE(encrypt().success);
    EXPECT_EQ(bench_.production->operations(), 1U);
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
    EXPECT_EQ(bench_.production->objects(), 1U);
}

// lookups

class UseLookupTest : public UseChangeTest {
  protected:
    void expect_lookups(int standings, int keys) {
        EXPECT_EQ(counting_.standings, standings);
        EXPECT_EQ(counting_.keys, keys);
        EXPECT_EQ(counting_.others, 0);
        counting_.standings = counting_.keys = 0;
    }
    void use_it(std::vector<OperationFields> fields = operations(operation("AES-GCM"))) {
        use_.run(bench_.bob, bench_.project, bench_.batch(Action::encrypt, std::move(fields)), {});
    }

    CountingCatalogue counting_{*bench_.catalogue};
    UseKey use_{bench_.workplace_with(false, counting_), [this] { return bench_.steady; }};
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
    bench_.remove("k");
    EXPECT_THROW(use_it(), ServiceError);
    expect_lookups(1, 0);
}

TEST_F(UseLookupTest, AKeyThatIsReplacedJustThenIsReadOnceMore) {
    use_it();
    expect_lookups(2, 1);
    bench_.production->in_next_operation([this] { renew(); });
    use_it();
    expect_lookups(4, 1);
}

// what is known of keys

TEST(KnownKeys, AreTheSameUntilTheyChange) {
    KeyLife bench;
    KnownKeys known(*bench.catalogue);
    const auto first = known.find(bench.project.id, "k");
    ASSERT_TRUE(first);
    EXPECT_EQ(known.find(bench.project.id, "k"), first);
    bench.update(KeyLife::renewal("k", {"production"}));
    const auto second = known.find(bench.project.id, "k");
    ASSERT_TRUE(second);
    EXPECT_NE(second, first);
    EXPECT_NE(second->deployments[0].object_id, first->deployments[0].object_id);
    EXPECT_EQ(first->name, "k") << "who holds the old one may read on";
}

TEST(KnownKeys, OfOneProjectAreNotThoseOfAnother) {
    KeyLife bench;
    KnownKeys known(*bench.catalogue);
    ASSERT_TRUE(known.find(bench.project.id, "k"));
    EXPECT_FALSE(known.find("another project", "k"));
    EXPECT_FALSE(known.find(bench.project.id, "K"));
}

TEST(KnownKeys, AreGoneWhenTheyAreDeletedAndNewUnderTheSameName) {
    KeyLife bench;
    KnownKeys known(*bench.catalogue);
    const auto first = known.find(bench.project.id, "k");
    bench.remove("k");
    EXPECT_FALSE(known.find(bench.project.id, "k"));
    bench.create(Workbench::aes_request("k", {"staging"}));
    const auto second = known.find(bench.project.id, "k");
    ASSERT_TRUE(first && second);
    EXPECT_NE(second->id, first->id);
    EXPECT_EQ(second->deployments[0].environment, "staging");
}

TEST(KnownKeys, AreReadAgainWhenThereAreMoreThanAreKept) {
    KeyLife bench;
    for (const char* name : {"a", "b", "c", "d"})
        bench.create(Workbench::aes_request(name, {"production"}));
    CountingCatalogue counting(*bench.catalogue);
    KnownKeys known(counting, 2);
    for (int round = 0; round < 3; ++round)
        for (const char* name : {"a", "b", "c", "d"})
            EXPECT_EQ(known.find(bench.project.id, name)->name, name);
    EXPECT_EQ(counting.standings, 12);
    EXPECT_GE(counting.keys, 8);
}

/// A catalogue in which a key goes between the two questions.
class VanishingKey : public ForwardingCatalogue {
  public:
    using ForwardingCatalogue::ForwardingCatalogue;
    std::optional<Key> find_key(const std::string&, const std::string&) override { return std::nullopt; }
};

TEST(KnownKeys, DoNotHoldAKeyThatGoesWhileItIsRead) {
    KeyLife bench;
    VanishingKey vanishing(*bench.catalogue);
    EXPECT_FALSE(KnownKeys(vanishing).find(bench.project.id, "k"));
}

}  // namespace
}  // namespace keyward::service
