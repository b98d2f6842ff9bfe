#include "service/operations/token_capabilities.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using Names = std::vector<std::string>;

class OfferedMechanismsTest : public testing::Test {
  protected:
    std::vector<AvailableMechanism> offered(bool legacy = false,
                                            const std::string& environment = "production") {
        return available_mechanisms(fixture_.context_with(legacy, *fixture_.catalogue), fixture_.bob,
                                    environment);
    }
    Names names(bool legacy = false) {
        Names all;
        for (const AvailableMechanism& each : offered(legacy))
            all.emplace_back(each.mechanism->name);
        return all;
    }
    void expect_no_privilege(const std::string& environment) {
        expect_error(error_of([&] { offered(false, environment); }), ErrorKind::bad_request,
                     "Environment (name: " + environment +
                         ") is not found or user does not have privilege to access it!");
    }

    UseFixture fixture_;
};

TEST_F(OfferedMechanismsTest, AreAllOfTheTableButTheLegacyOnes) {
    Names expected;
    for (const Mechanism& row : mechanism_table())
        if (!row.legacy) expected.emplace_back(row.name);
    EXPECT_EQ(names(), expected);
}

TEST_F(OfferedMechanismsTest, HoldTheLegacyOnesWhereTheConfigurationAllowsThem) {
    EXPECT_EQ(names(true).size(), mechanism_table().size());
}

TEST_F(OfferedMechanismsTest, AreNoMoreThanTheTokenOffersInTheTablesOrder) {
    fixture_.production->offer({"EDDSA", "AES-CTR", "DES-CBC-PAD", "AES-GCM"});
    EXPECT_EQ(names(), (Names{"AES-GCM", "AES-CTR", "EDDSA"}));
    EXPECT_EQ(names(true), (Names{"AES-GCM", "AES-CTR", "DES-CBC-PAD", "EDDSA"}));
    fixture_.production->offer({});
    EXPECT_EQ(names(), Names{});
}

TEST_F(OfferedMechanismsTest, NameTheHashesOfOaepThatTheTokenOpens) {
    fixture_.production->decrypt_oaep_with({Digest::sha1, Digest::sha512});
    for (const AvailableMechanism& each : offered())
        EXPECT_EQ(each.hashes, each.mechanism->scheme == Scheme::rsa_oaep
                                   ? (std::set{Digest::sha1, Digest::sha512})
                                   : std::set<Digest>{})
            << each.mechanism->name;
}

TEST_F(OfferedMechanismsTest, HoldNoOaepThatNothingCouldOpen) {
    fixture_.production->offer({"AES-GCM", "RSA-PKCS-OAEP"});
    fixture_.production->decrypt_oaep_with({});
    EXPECT_EQ(names(), Names{"AES-GCM"});
}

TEST_F(OfferedMechanismsTest, AreForAnyGrantThatReachesTheEnvironment) {
    const std::string project = fixture_.project.id;
    for (const Permission permission : {Permission::use, Permission::manage, Permission::deploy_undeploy}) {
        fixture_.bob.grants = {{project, permission, {"production"}}};
        EXPECT_FALSE(offered().empty());
        expect_no_privilege("staging");
    }
}

TEST_F(OfferedMechanismsTest, AreForAdministrators) {
    fixture_.bob.grants = {{"", Permission::admin, {}}};
    EXPECT_FALSE(offered().empty());
}

TEST_F(OfferedMechanismsTest, AreNotForWhoHasNoGrantThere) {
    fixture_.bob.grants = {};
    expect_no_privilege("production");
    fixture_.catalogue->projects.create_project("Other", {"staging"}, {});
    fixture_.bob.grants = {{fixture_.catalogue->projects.find_project("Other")->id, Permission::use, {}}};
    expect_no_privilege("production");
    EXPECT_FALSE(offered(false, "staging").empty());
}

TEST_F(OfferedMechanismsTest, OfAnUnknownEnvironmentAreNotThereForAnybody) {
    expect_no_privilege("nowhere");
    fixture_.bob.grants = {{"", Permission::admin, {}}};
    expect_no_privilege("nowhere");
}

TEST_F(OfferedMechanismsTest, OfATokenThatCantBeReachedAreAnErrorThatNamesIt) {
    fixture_.production->set_reachable(false);
    expect_error(error_of([&] { offered(); }), ErrorKind::hsm_unavailable,
                 "production: The token can't be reached");
}

}  // namespace
}  // namespace keyward::service
