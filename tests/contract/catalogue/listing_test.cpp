#include <algorithm>

#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(const std::vector<Key>& keys) {
    std::vector<std::string> result;
    for (const auto& key : keys)
        result.push_back(key.name);
    return result;
}

/// The keys, which must match the revisions from the same query.
std::vector<Key> listed(Catalogue& catalogue, const KeyQuery& query) {
    auto keys = catalogue.keys.list_keys(query);
    const auto revisions = catalogue.keys.list_revisions(query);
    EXPECT_EQ(revisions.size(), keys.size());
    for (std::size_t i = 0; i < std::min(keys.size(), revisions.size()); ++i) {
        EXPECT_EQ(revisions[i].id, keys[i].id);
        EXPECT_EQ(revisions[i].name, keys[i].name);
        EXPECT_EQ(revisions[i].revision, keys[i].revision);
    }
    return keys;
}

KeyQuery of(const std::string& project_id) {
    KeyQuery query;
    query.project_id = project_id;
    return query;
}

TEST_P(CatalogueContract, KeysAreListedByTheOctetsOfTheirNamesWithAllThatTheyHave) {
    const auto project = new_project();
    std::vector<Key> expected;
    for (const auto* name : {"\u00e9", "b", "a b", "B", "a", "a/b"})
        committed(project, name);
    for (const auto* name : {"B", "a", "a b", "a/b", "b", "\u00e9"})
        expected.push_back(catalogue_->keys.find_key(project, name).value());
    EXPECT_EQ(listed(*catalogue_, of(project)), expected);
}

TEST_P(CatalogueContract, KeysThatAreBeingMadeOrBelongToOtherProjectsAreNotListed) {
    const auto project = new_project("one");
    begun(project, "creating");
    committed(new_project("two"), "other");
    EXPECT_THAT(listed(*catalogue_, of(project)), IsEmpty());
}

TEST_P(CatalogueContract, KeysThatAreBeingDeletedAreListed) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_THAT(listed(*catalogue_, of(key.project_id)), ElementsAre(found(key)));
}

TEST_P(CatalogueContract, AKeyWithoutDeploymentsIsListed) {
    auto work = begun(new_project());
    work.key.deployments.clear();
    catalogue_->keys.commit_create(work.key, resolution("first", at(1)), audit("x"));
    EXPECT_THAT(listed(*catalogue_, of(work.key.project_id)), ElementsAre(found(work.key)));
}

TEST_P(CatalogueContract, ALimitCountsKeysAndPagesMeetWithoutGapsOrRepeats) {
    const auto project = new_project();
    for (const auto* name : {"e", "c", "a", "d", "b"})
        committed(project, name);
    auto query = of(project);
    query.limit = 2;
    const auto first = listed(*catalogue_, query);
    EXPECT_THAT(names(first), ElementsAre("a", "b"));
    EXPECT_EQ(first[1].deployments.size(), 2);
    query.after = "b";
    EXPECT_THAT(names(listed(*catalogue_, query)), ElementsAre("c", "d"));
    query.after = "d";
    EXPECT_THAT(names(listed(*catalogue_, query)), ElementsAre("e"));
    query.after = "e";
    EXPECT_THAT(listed(*catalogue_, query), IsEmpty());
}

TEST_P(CatalogueContract, APageMayBeginBehindANameThatIsNotThere) {
    const auto project = new_project();
    for (const auto* name : {"a", "c"})
        committed(project, name);
    auto query = of(project);
    query.after = "b";
    EXPECT_THAT(names(listed(*catalogue_, query)), ElementsAre("c"));
}

TEST_P(CatalogueContract, ALimitMayBeNothingOrMoreThanThereIs) {
    const auto project = new_project();
    committed(project);
    auto query = of(project);
    query.limit = 0;
    EXPECT_THAT(listed(*catalogue_, query), IsEmpty());
    for (const auto limit : {std::size_t{1}, std::size_t{100}, static_cast<std::size_t>(-1)}) {
        query.limit = limit;
        EXPECT_THAT(names(listed(*catalogue_, query)), ElementsAre("card-key"));
    }
}

TEST_P(CatalogueContract, FiltersCompareWholeValuesAndHoldAtOnce) {
    const auto project = new_project();
    auto secret = new_key(project, "secret");
    secret.type = keys::KeyType::secret;
    secret.deployments.pop_back();  // only in staging
    catalogue_->keys.begin_create(secret, intents_of(secret, "first"), audit("x"));
    catalogue_->keys.commit_create(secret, resolution("first", at(1)), audit("x"));
    committed(project, "both");
    committed(project, "both again");

    auto by_name = of(project);
    by_name.name = "both";
    EXPECT_THAT(names(listed(*catalogue_, by_name)), ElementsAre("both"));
    by_name.name = "bot%";
    EXPECT_THAT(listed(*catalogue_, by_name), IsEmpty());

    auto by_type = of(project);
    by_type.type = keys::KeyType::secret;
    EXPECT_THAT(names(listed(*catalogue_, by_type)), ElementsAre("secret"));
    by_type.environment = "production";
    EXPECT_THAT(listed(*catalogue_, by_type), IsEmpty());
}

TEST_P(CatalogueContract, AFilterByEnvironmentLeavesAllDeploymentsOfTheKeysAndCountsPagesAfterIt) {
    const auto project = new_project();
    for (const auto* name : {"a", "c", "d"})
        committed(project, name);
    auto elsewhere = new_key(project, "b");
    elsewhere.deployments.pop_back();
    catalogue_->keys.begin_create(elsewhere, intents_of(elsewhere, "first"), audit("x"));
    catalogue_->keys.commit_create(elsewhere, resolution("first", at(1)), audit("x"));
    auto query = of(project);
    query.environment = "production";
    query.limit = 2;
    const auto page = listed(*catalogue_, query);
    EXPECT_THAT(names(page), ElementsAre("a", "c"));
    EXPECT_EQ(page[0].deployments.size(), 2);
    query.after = "c";
    EXPECT_THAT(names(listed(*catalogue_, query)), ElementsAre("d"));
}

TEST_P(CatalogueContract, AnUnknownProjectHasNoKeys) {
    EXPECT_THAT(listed(*catalogue_, of("unknown")), IsEmpty());
}

TEST_P(CatalogueContract, EveryChangeOfWhatIsToldOfAKeyRaisesItsRevision) {
    auto key = committed(new_project());
    const auto first = key.deployments[0].object_id.value();
    const auto revision = [&] { return catalogue_->keys.list_revisions(of(key.project_id)).at(0).revision; };
    std::vector<std::int64_t> revisions{revision()};
    ASSERT_TRUE(catalogue_->keys.commit_update(key, {}, resolution("first", at(9000)), audit("update")));
    revisions.push_back(revision());
    ASSERT_TRUE(catalogue_->deployments.mark_missing(first, "gone", audit("missing")));
    revisions.push_back(revision());
    ASSERT_TRUE(catalogue_->deployments.mark_found(first, audit("found")));
    revisions.push_back(revision());
    catalogue_->keys.begin_deletion(key.id, revision(), "staging", "first", at(5000), audit("undeploy"));
    revisions.push_back(revision());
    catalogue_->changes.remove_tombstone(first, audit("destroyed"));
    revisions.push_back(revision());
    EXPECT_EQ(revisions, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace keyward::storage
