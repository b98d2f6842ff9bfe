#include <gtest/gtest.h>

#include "service/auth/access.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

/// Counts the reads for a token and for a project; a test may change something in the middle of one.
class CountingAccessStores : public ForwardingAccessTokenStore,
                             public ForwardingUserStore,
                             public ForwardingProjectStore {
  public:
    explicit CountingAccessStores(const Catalogue& real)
        : ForwardingAccessTokenStore(real), ForwardingUserStore(real), ForwardingProjectStore(real) {}

    std::optional<Identity> find_identity(const std::string& hash) override {
        ++identity_queries;
        return ForwardingAccessTokenStore::find_identity(hash);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override {
        auto grants = ForwardingUserStore::grants_of(user_id);
        if (after_grants) std::exchange(after_grants, nullptr)();
        return grants;
    }
    std::optional<Project> find_project(const std::string& name) override {
        ++project_queries;
        return ForwardingProjectStore::find_project(name);
    }

    int identity_queries = 0;
    int project_queries = 0;
    std::function<void()> after_grants;
};

class AccessCacheTest : public testing::Test {
  protected:
    AccessCacheTest() {
        fixture_.catalogue->users.add_grant(fixture_.alice.user_id, use_, {});
        token_id_ = fixture_.catalogue->access_tokens.create_api_token(fixture_.alice.user_id, "test", "hash",
                                                                       {}, {});
    }

    ServiceFixture fixture_;
    const Grant use_{fixture_.project.id, Permission::use, {}};
    CatalogueWith<CountingAccessStores> catalogue_{*fixture_.catalogue};
    AccessCache cache_{catalogue_.access_tokens, catalogue_.users, catalogue_.projects, 2};
    std::string token_id_;
};

TEST_F(AccessCacheTest, ReadsATokenOnce) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(cache_.token("hash")->identity.user_name, "alice");
    EXPECT_EQ(catalogue_.identity_queries, 1);
}

TEST_F(AccessCacheTest, ReadsAProjectOnce) {
    cache_.token("hash");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(cache_.project("MyProject")->id, fixture_.project.id);
    EXPECT_EQ(catalogue_.project_queries, 1);
}

TEST_F(AccessCacheTest, DoesNotKeepThatThereIsNoSuchToken) {
    EXPECT_EQ(cache_.token("later"), nullptr);
    fixture_.catalogue->access_tokens.create_api_token(fixture_.alice.user_id, "test", "later", {}, {});
    EXPECT_NE(cache_.token("later"), nullptr);
}

TEST_F(AccessCacheTest, DoesNotKeepThatThereIsNoSuchProject) {
    cache_.token("hash");
    EXPECT_EQ(cache_.project("later"), nullptr);
    fixture_.catalogue->projects.create_project("later", {"production"}, {});
    EXPECT_NE(cache_.project("later"), nullptr);
}

TEST_F(AccessCacheTest, ATokenThatIsRevokedElsewhereIsSeenAsRevokedNextTime) {
    EXPECT_FALSE(cache_.token("hash")->identity.revoked);
    fixture_.catalogue->access_tokens.revoke_api_token(token_id_, {});
    EXPECT_TRUE(cache_.token("hash")->identity.revoked);
}

TEST_F(AccessCacheTest, AGrantThatIsRevokedElsewhereIsGoneNextTime) {
    EXPECT_EQ(cache_.token("hash")->grants.size(), 1U);
    fixture_.catalogue->users.revoke_grant(fixture_.alice.user_id, use_, {});
    EXPECT_EQ(cache_.token("hash")->grants.size(), 0U);
}

TEST_F(AccessCacheTest, AGrantThatIsGivenElsewhereIsThereNextTime) {
    cache_.token("hash");
    fixture_.catalogue->users.add_grant(fixture_.alice.user_id, {fixture_.project.id, Permission::manage, {}},
                                        {});
    EXPECT_EQ(cache_.token("hash")->grants.size(), 2U);
}

TEST_F(AccessCacheTest, AUserThatIsDeletedElsewhereIsGoneNextTime) {
    cache_.token("hash");
    fixture_.catalogue->users.delete_user("alice", {});
    EXPECT_EQ(cache_.token("hash"), nullptr);
}

TEST_F(AccessCacheTest, AProjectThatIsMadeAnewHasItsNewIdNextTime) {
    cache_.token("hash");
    cache_.project("MyProject");
    fixture_.catalogue->projects.delete_project("MyProject", {});
    fixture_.catalogue->projects.create_project("MyProject", {"production"}, {});
    cache_.token("hash");
    EXPECT_EQ(cache_.project("MyProject")->id, fixture_.catalogue->projects.find_project("MyProject")->id);
}

TEST_F(AccessCacheTest, WhatChangesWhileItIsReadIsReadAgainNextTime) {
    catalogue_.after_grants = [&] {
        fixture_.catalogue->users.revoke_grant(fixture_.alice.user_id, use_, {});
    };
    EXPECT_EQ(cache_.token("hash")->grants.size(), 1U);
    EXPECT_EQ(cache_.token("hash")->grants.size(), 0U);
}

TEST_F(AccessCacheTest, ForgetsWhenItIsFullAndReadsAgain) {
    for (const char* hash : {"two", "three"})
        fixture_.catalogue->access_tokens.create_api_token(fixture_.alice.user_id, "test", hash, {}, {});
    for (const char* hash : {"hash", "two", "three", "hash"})
        EXPECT_NE(cache_.token(hash), nullptr);
    EXPECT_EQ(catalogue_.identity_queries, 4);
}

}  // namespace
}  // namespace keyward::service
