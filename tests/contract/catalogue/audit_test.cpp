#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogueContract, AnAuditRecordComesBackWhole) {
    auto record = audit("user.create");
    record.at = at(1'800'000'000'123);
    record.environments = {"with, comma", "with \"quotes\"", ""};
    EXPECT_TRUE(catalogue_->users.create_user("alice", "", record));
    EXPECT_THAT(catalogue_->audit_log.audit_trail(10), ElementsAre(record));
}

TEST_P(CatalogueContract, TheTrailHoldsTheNewestRecordsOldestFirst) {
    for (const auto* name : {"a", "b", "c"})
        catalogue_->users.create_user(name, "", audit(name));
    EXPECT_EQ(catalogue_->audit_log.audit_trail(0).size(), 0);
    const auto newest = catalogue_->audit_log.audit_trail(2);
    EXPECT_THAT(newest, ElementsAre(audit("b"), audit("c")));
    EXPECT_EQ(catalogue_->audit_log.audit_trail(static_cast<std::size_t>(-1)).size(), 3);
}

TEST_P(CatalogueContract, AChangeWithoutItsAuditRecordIsNotKept) {
    const auto user = new_user();
    const auto project = new_project();
    const auto work = begun(project);
    const auto gone = new_tombstones("first", at(5000));
    const auto key = committed(project, "whole");
    database_->query("alter table audit rename to audit_taken_away");
    EXPECT_THROW(catalogue_->projects.create_project("other", {}, audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->users.create_user("bob", "", audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->users.delete_user("alice", audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->users.add_grant(user, {project, Permission::use, {}}, audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->access_tokens.create_api_token(user, "laptop", "hash", std::nullopt, audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->keys.begin_create(new_key(project, "other"), {}, audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->keys.commit_create(work.key, resolution("first", at(1)), audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->keys.abandon_change(work.key.id, resolution("first", at(1)), audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->changes.resolve_expired_intents(at(9000), "second", at(1), audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->changes.remove_tombstone(gone[0], audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->keys.begin_update(key.id, 0, changed(key, {"staging"}).intents, audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->keys.commit_update(key, {}, resolution("first", at(1)), audit("x")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(1), audit("x")),
                 CatalogueError);
    EXPECT_THROW(
        catalogue_->deployments.mark_missing(key.deployments[0].object_id.value(), "gone", audit("x")),
        CatalogueError);
    EXPECT_THROW(catalogue_->token_pins.pin_token("production", "serial", audit("x")), CatalogueError);
    EXPECT_THROW(catalogue_->token_pins.repin_token("production", "serial", audit("x")), CatalogueError);
    database_->query("alter table audit_taken_away rename to audit");

    EXPECT_FALSE(catalogue_->projects.find_project("other"));
    EXPECT_FALSE(catalogue_->users.find_user("bob"));
    EXPECT_TRUE(catalogue_->users.find_user("alice"));
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
    EXPECT_FALSE(catalogue_->access_tokens.find_identity("hash"));
    EXPECT_FALSE(catalogue_->keys.find_key(project, "other"));
    EXPECT_EQ(state_of(work.key), KeyState::creating);
    EXPECT_EQ(catalogue_->changes.intents().size(), 2);
    EXPECT_EQ(catalogue_->changes.tombstones().size(), 2);
    EXPECT_EQ(found(key), key);
    EXPECT_EQ(catalogue_->token_pins.pin_token("production", "another", audit("x")), "another");
}

TEST_P(CatalogueContract, AFailedCallLeavesItsConnectionUsable) {
    const auto only = another(1);
    for (int i = 0; i < 20; ++i)
        EXPECT_THROW(
            only->access_tokens.create_api_token("nobody", "laptop", "hash", std::nullopt, audit("x")),
            CatalogueError);
    EXPECT_TRUE(only->users.create_user("alice", "", audit("user.create")));
    EXPECT_TRUE(catalogue_->users.find_user("alice"));
    EXPECT_THAT(audited(), ElementsAre("user.create"));
}

}  // namespace
}  // namespace keyward::storage
