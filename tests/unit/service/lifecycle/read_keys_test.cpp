#include <gtest/gtest.h>

#include "domain/key_text.hpp"
#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

using Names = std::vector<std::string>;

class ReadKeysTest : public testing::Test {
  protected:
    ReadKeysTest() { fixture_.remove("k"); }

    void create(const std::string& name, const std::vector<std::string>& environments = {"production"}) {
        ASSERT_TRUE(fixture_.create(ServiceFixture::aes_request(name, environments)).success);
    }
    KeyPage list(const KeyFilter& filter = {}) {
        return reader_.list(fixture_.alice, fixture_.project, filter);
    }
    std::string one(const std::string& name, const Project& project) {
        return *reader_.one(fixture_.alice, project, name);
    }
    std::string one(const std::string& name) { return one(name, fixture_.project); }
    static Names names_of(const KeyPage& page) {
        Names names;
        for (const KeyText& text : page.keys)
            names.push_back(text->substr(0, text->find(':')));
        return names;
    }

    /// `name: environment STATE, …`
    std::string rendered(const Key& key) {
        ++rendered_;
        std::string text = key.name + ":";
        for (const Deployment& each : key.deployments)
            text += " " + each.environment + " " + to_string(each.state);
        return text;
    }

    KeyLife fixture_;
    int rendered_ = 0;
    ReadKeys reader_{fixture_.catalogue->keys, [this](const Key& key) { return rendered(key); }, 3};
};

TEST_F(ReadKeysTest, ListsAllKeysByNameWithoutALimit) {
    for (const char* name : {"b", "a", "C"})
        create(name);
    const KeyPage page = list();
    EXPECT_EQ(names_of(page), (Names{"C", "a", "b"}));
    EXPECT_FALSE(page.next);
}

TEST_F(ReadKeysTest, ListsNothingInAnEmptyProject) {
    EXPECT_TRUE(list().keys.empty());
    EXPECT_FALSE(list({.limit = 10}).next);
}

TEST_F(ReadKeysTest, GivesPagesOfTheLimitUntilTheLast) {
    for (const char* name : {"a", "b", "c", "d"})
        create(name);
    const KeyPage first = list({.limit = 2});
    EXPECT_EQ(names_of(first), (Names{"a", "b"}));
    ASSERT_TRUE(first.next);
    const KeyPage second = list({.after = first.next, .limit = 2});
    EXPECT_EQ(names_of(second), (Names{"c", "d"}));
    EXPECT_FALSE(second.next) << "there is nothing behind it";
}

TEST_F(ReadKeysTest, PagesStayStableWhileKeysComeAndGo) {
    for (const char* name : {"b", "d", "f", "h"})
        create(name);
    const KeyPage first = list({.limit = 2});
    EXPECT_EQ(names_of(first), (Names{"b", "d"}));
    create("a");           // before what was read: not seen, and no key is seen twice because of it
    create("e");           // after it: seen
    fixture_.remove("d");  // where the page ended
    fixture_.remove("f");  // after it: not seen
    const KeyPage second = list({.after = first.next, .limit = 2});
    EXPECT_EQ(names_of(second), (Names{"e", "h"}));
    EXPECT_FALSE(second.next);
}

TEST_F(ReadKeysTest, FiltersByWholeNameTypeAndEnvironmentAtOnce) {
    create("one", {"production"});
    create("two", {"staging"});
    create("three", {"production", "staging"});
    EXPECT_EQ(names_of(list({.name = "one"})), Names{"one"});
    EXPECT_EQ(names_of(list({.name = "on"})), Names{});
    EXPECT_EQ(names_of(list({.environment = "staging"})), (Names{"three", "two"}));
    EXPECT_EQ(names_of(list({.type = keys::KeyType::secret})), (Names{"one", "three", "two"}));
    EXPECT_EQ(names_of(list({.type = keys::KeyType::private_key})), Names{});
    EXPECT_EQ(names_of(list({.name = "one", .environment = "staging"})), Names{});
}

TEST_F(ReadKeysTest, PagesOfAFilteredListHoldTheLimit) {
    for (const char* name : {"a", "b", "c"})
        create(name, {"staging"});
    create("aa", {"production"});
    const KeyPage first = list({.environment = "staging", .limit = 2});
    EXPECT_EQ(names_of(first), (Names{"a", "b"}));
    EXPECT_EQ(names_of(list({.environment = "staging", .after = first.next, .limit = 2})), Names{"c"});
}

TEST_F(ReadKeysTest, DoesNotShowAKeyWhoseCreationIsUnderWay) {
    HaltedChange creation(*fixture_.production, [&] { create("new"); });
    EXPECT_TRUE(list().keys.empty());
    EXPECT_EQ(error_of([&] { one("new"); }).kind(), ErrorKind::not_found);
    creation.finish();
    EXPECT_EQ(names_of(list()), Names{"new"});
}

TEST_F(ReadKeysTest, ShowsAKeyThatIsBeingDeleted) {
    create("going");
    fixture_.production->set_reachable(false);
    fixture_.remove("going");
    ASSERT_EQ(names_of(list()), Names{"going"});
    EXPECT_EQ(*list().keys[0], "going: production DELETING");
}

TEST_F(ReadKeysTest, ReadsWithoutACallToAToken) {
    create("a");
    fixture_.production->set_reachable(false);
    fixture_.staging->set_reachable(false);
    EXPECT_EQ(names_of(list()), Names{"a"});
    EXPECT_EQ(one("a"), "a: production DEPLOYED");
}

TEST_F(ReadKeysTest, HidesEnvironmentsThatNoGrantReaches) {
    create("a", {"production", "staging"});
    fixture_.alice.grants = {{fixture_.project.id, Permission::use, {"staging"}}};
    ASSERT_EQ(list().keys.size(), 1U);
    EXPECT_EQ(*list().keys[0], "a: staging DEPLOYED");
    EXPECT_EQ(one("a"), "a: staging DEPLOYED");
}

TEST_F(ReadKeysTest, DoesNotShowOneCallerWhatItKeptForAnother) {
    create("a", {"production", "staging"});
    const auto all = fixture_.alice.grants;
    EXPECT_EQ(one("a"), "a: production DEPLOYED staging DEPLOYED");
    fixture_.alice.grants = {{fixture_.project.id, Permission::use, {"staging"}}};
    EXPECT_EQ(one("a"), "a: staging DEPLOYED");
    fixture_.alice.grants = all;
    EXPECT_EQ(one("a"), "a: production DEPLOYED staging DEPLOYED");
}

TEST_F(ReadKeysTest, WritesATextOnceUntilTheKeyChanges) {
    create("a");
    one("a");
    list();
    EXPECT_EQ(rendered_, 1);
    fixture_.update(KeyLife::renewal("a", {"staging"}));
    EXPECT_EQ(one("a"), "a: production DEPLOYED staging DEPLOYED");
    fixture_.undeploy("a", "production");
    EXPECT_EQ(one("a"), "a: staging DEPLOYED");
    EXPECT_EQ(rendered_, 3);
}

TEST_F(ReadKeysTest, ShowsAtOnceThatRecoveryHasFinishedAnUndeployment) {
    create("a", {"production", "staging"});
    fixture_.production->set_reachable(false);
    fixture_.undeploy("a", "production");
    EXPECT_EQ(one("a"), "a: production DELETING staging DEPLOYED");
    fixture_.production->set_reachable(true);
    Recovery(fixture_.service_context(), [](const std::string&) { return false; }).resolve();
    EXPECT_EQ(one("a"), "a: staging DEPLOYED");
}

TEST_F(ReadKeysTest, ShowsAtOnceThatAnObjectIsMissingOrFoundAgain) {
    create("a");
    const ObjectId object = *fixture_.key("a").deployments[0].object_id;
    EXPECT_EQ(one("a"), "a: production DEPLOYED");
    ASSERT_TRUE(fixture_.catalogue->deployments.mark_missing(object, "is missing", {}));
    EXPECT_EQ(one("a"), "a: production FAILED");
    ASSERT_TRUE(fixture_.catalogue->deployments.mark_found(object, {}));
    EXPECT_EQ(one("a"), "a: production DEPLOYED");
}

TEST_F(ReadKeysTest, ReadsMoreKeysThanItKeeps) {
    for (const char* name : {"a", "b", "c", "d", "e"})
        create(name);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(names_of(list()), (Names{"a", "b", "c", "d", "e"}));
}

TEST_F(ReadKeysTest, DoesNotTakeANewKeyForTheOldOneOfItsName) {
    create("a", {"production"});
    one("a");
    fixture_.remove("a");
    create("a", {"staging"});
    EXPECT_EQ(one("a"), "a: staging DEPLOYED");
}

TEST_F(ReadKeysTest, RefusesToFilterByAnEnvironmentThatTheProjectLacksOrNoGrantReaches) {
    fixture_.alice.grants = {{fixture_.project.id, Permission::use, {"staging"}}};
    for (const char* environment : {"production", "nowhere"}) {
        const auto error = error_of([&] { static_cast<void>(list({.environment = environment})); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_request);
        EXPECT_EQ(std::string(error.what()),
                  "Environment (name: " + std::string(environment) +
                      ") is not found or user does not have privilege to access it!");
    }
}

TEST_F(ReadKeysTest, DoesNotFindAKeyOfAnotherProject) {
    create("a");
    fixture_.catalogue->projects.create_project("Other", {"production"}, {});
    const Project other = *fixture_.catalogue->projects.find_project("Other");
    EXPECT_EQ(error_of([&] { one("a", other); }).kind(), ErrorKind::not_found);
    EXPECT_TRUE(reader_.list(fixture_.alice, other, {}).keys.empty());
}

}  // namespace
}  // namespace keyward::service
