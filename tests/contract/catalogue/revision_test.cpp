// The lookup that every use of a key makes.
#include <array>

#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

TEST_P(CatalogueContract, AKeysStandingIsItsIdNameAndRevision) {
    const auto key = committed(new_project());
    const auto revision = catalogue_->keys.find_revision(key.project_id, key.name);
    ASSERT_TRUE(revision);
    EXPECT_EQ(revision->id, key.id);
    EXPECT_EQ(revision->name, key.name);
    EXPECT_EQ(revision->revision, key.revision);
}

TEST_P(CatalogueContract, AKeyThatIsBeingMadeHasNoStanding) {
    const auto project = new_project();
    begun(project, "card-key");
    EXPECT_FALSE(catalogue_->keys.find_revision(project, "card-key"));
}

TEST_P(CatalogueContract, AKeyThatIsBeingDeletedHasAStanding) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_EQ(catalogue_->keys.find_revision(key.project_id, key.name)->revision, key.revision + 1);
}

TEST_P(CatalogueContract, AnotherProjectsKeyHasNoStandingHere) {
    committed(new_project("one"));
    EXPECT_FALSE(catalogue_->keys.find_revision(new_project("two"), "card-key"));
}

TEST_P(CatalogueContract, AStandingIsFoundByTheWholeName) {
    const auto key = committed(new_project());
    EXPECT_FALSE(catalogue_->keys.find_revision(key.project_id, "card"));
    EXPECT_FALSE(catalogue_->keys.find_revision(key.project_id, "CARD-KEY"));
    EXPECT_FALSE(catalogue_->keys.find_revision(key.project_id, ""));
}

TEST_P(CatalogueContract, ANameWithANulHasNoStandingToAskFor) {
    EXPECT_THROW(catalogue_->keys.find_revision(new_project(), std::string("card\0key", 8)), CatalogueError);
}

TEST_P(CatalogueContract, WhatAnotherProcessChangedIsSeenByTheNextLookup) {
    const auto other = another();
    const auto key = committed(new_project());
    ASSERT_EQ(other->keys.find_revision(key.project_id, key.name)->revision, 0);
    ASSERT_TRUE(catalogue_->keys.commit_update(key, {}, resolution("first", at(9000)), audit("update")));
    EXPECT_EQ(other->keys.find_revision(key.project_id, key.name)->revision, 1);
    const auto version = other->access_tokens.access_version();
    catalogue_->users.delete_user(new_user(), audit("user.delete"));
    catalogue_->users.delete_user("alice", audit("user.delete"));
    EXPECT_EQ(other->access_tokens.access_version(), version + 1);
}

TEST_P(CatalogueContract, ManyThreadsLookUpDifferentKeysOnTheSameConnections) {
    const auto project = new_project();
    std::vector<Key> keys;
    for (int i = 0; i < 4; ++i)
        keys.push_back(committed(project, "key-" + std::to_string(i)));
    std::array<std::string, 4> found;
    together(4, [&](int number) {
        const auto& key = keys.at(static_cast<std::size_t>(number));
        std::string& id = found.at(static_cast<std::size_t>(number));
        for (int i = 0; i < 200; ++i) {
            id = catalogue_->keys.find_revision(project, key.name)->id;
            if (id != key.id) return;
        }
    });
    for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_EQ(found.at(i), keys.at(i).id);
}

}  // namespace
}  // namespace keyward::storage
