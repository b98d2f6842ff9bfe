#include "api/handlers/handlers.hpp"
#include "tests/unit/api/application_fixture.hpp"

namespace keyward::api {
namespace {

const std::string project_path = "/apiops/projects/MyProject/environments/";
const std::string all_path = "/apiops/environments/";
const std::string mechanisms_path = "/apiops/environments/production/mechanisms/";

class EnvironmentsResource : public ApplicationTest {
  protected:
    http::Headers admin() { return login({{"", Permission::admin, {}}}); }
    http::Headers user(const std::set<std::string>& environments = {}) {
        return login({{fixture_.project.id, Permission::use, environments}});
    }
    Json list(const std::string& path, const http::Headers& headers) {
        const auto response = send(http::Method::get, path, headers);
        EXPECT_EQ(response.status, 200) << response.body;
        Json body = Json::parse(response.body);
        EXPECT_TRUE(body["success"].get<bool>());
        EXPECT_EQ(body["resultCount"].get<std::size_t>(), body["resultList"].size());
        return body["resultList"];
    }
    static std::vector<std::string> names(const Json& entries) {
        std::vector<std::string> all;
        for (const Json& entry : entries)
            all.push_back(entry["name"]);
        return all;
    }
    void resolve(const std::string& name, service::Health health) {
        fixture_.environments.find(name)->probe();
        while (fixture_.environments.find(name)->health() != health)
            std::this_thread::yield();
    }
};

using Names = std::vector<std::string>;

TEST_F(EnvironmentsResource, OfAProjectStandInItsOrder) {
    EXPECT_EQ(names(list(project_path, user())), (Names{"production", "staging"}));
}

TEST_F(EnvironmentsResource, AnEntryHasExactlyTheContractsMembers) {
    service::EnvironmentProfile profile;
    profile.name = "other";
    profile.type = "SANDBOX";
    profile.description = "for trials";
    fixture_.environments.add(
        std::make_unique<service::Environment>(profile, std::make_shared<fakes::FakeToken>()));
    resolve("other", service::Health::up);
    EXPECT_EQ(
        list(all_path, admin())[2].dump(),
        R"({"description":"for trials","id":"other","name":"other","status":"PUBLISHED","type":"SANDBOX"})");
}

TEST_F(EnvironmentsResource, ArePublishedWhileTheirTokenAnswers) {
    const auto status = [&] { return list(project_path, user())[0]["status"].get<std::string>(); };
    EXPECT_EQ(status(), "UNPUBLISHED");
    resolve("production", service::Health::up);
    EXPECT_EQ(status(), "PUBLISHED");
    fixture_.production->set_reachable(false);
    resolve("production", service::Health::down);
    EXPECT_EQ(status(), "UNPUBLISHED");
}

TEST_F(EnvironmentsResource, OnlyThoseWithinTheCallersGrantsAreListed) {
    EXPECT_EQ(names(list(project_path, user({"staging"}))), Names{"staging"});
    EXPECT_EQ(names(list(project_path, user({"elsewhere"}))), Names{});
}

TEST_F(EnvironmentsResource, OneThatTheConfigurationLacksIsListedWithoutAType) {
    fixture_.catalogue->projects.create_project("Old", {"gone"}, {});
    EXPECT_EQ(list("/apiops/projects/Old/environments/", admin()).dump(),
              R"([{"description":"","id":"gone","name":"gone","status":"UNPUBLISHED","type":null}])");
}

TEST_F(EnvironmentsResource, OfAnInvisibleProjectAreNotFound) {
    EXPECT_EQ(send(http::Method::get, project_path, login({})).status, 404);
    EXPECT_EQ(send(http::Method::get, project_path).status, 401);
}

TEST_F(EnvironmentsResource, AllAreForAdministratorsAlone) {
    EXPECT_EQ(names(list(all_path, admin())), (Names{"production", "staging"}));
    for (const auto& headers : {manager(), user(), login({})}) {
        const auto response = send(http::Method::get, all_path, headers);
        EXPECT_EQ(response.status, 403);
        EXPECT_EQ(Json::parse(response.body)["error_description"].get<std::string>(),
                  "The permission ROLE_ADMIN is required");
    }
    EXPECT_EQ(send(http::Method::get, all_path).status, 401);
}

TEST_F(EnvironmentsResource, ListTheMechanismsOfTheirToken) {
    fixture_.production->offer({"AES-GCM", "EDDSA"});
    EXPECT_EQ(
        send(http::Method::get, mechanisms_path, user()).body,
        R"({"success":true,"resultList":[)"
        R"({"name":"AES-GCM","algorithm":"AES","operations":["encrypt","decrypt"],"parameters":["iv","aad","tag"],)"
        R"("legacy":false,"limits":"IV of 12 octets, made by the service unless sent; at most 2^32 encryptions a key with made )"
        R"(IVs (NIST SP 800-38D 8.3); tag of 16 octets","source":"PKCS#11 3.0 section AES-GCM, NIST SP 800-38D"},)"
        R"({"name":"EDDSA","algorithm":"Ed25519","operations":["sign","verify"],"parameters":[],)"
        R"("legacy":false,"limits":"signature of 64 octets; over the message alone, not over a digest",)"
        R"("source":"PKCS#11 3.0 section EdDSA, RFC 8032"}],"resultCount":2})");
}

TEST_F(EnvironmentsResource, ListMechanismsInTheTablesOrderWithoutLegacyOnes) {
    Names expected;
    for (const Mechanism& row : mechanism_table())
        if (!row.legacy) expected.emplace_back(row.name);
    EXPECT_EQ(names(list(mechanisms_path, user())), expected);
}

TEST_F(EnvironmentsResource, ListTheHashesOfOaep) {
    fixture_.production->offer({"RSA-PKCS-OAEP", "RSA-PKCS"});
    fixture_.production->decrypt_oaep_with({Digest::sha1, Digest::sha256});
    const Json offered = list(mechanisms_path, user());
    ASSERT_EQ(offered.size(), 1U);
    EXPECT_EQ(offered[0]["hashes"].dump(), R"(["SHA-1","SHA256"])");
}

TEST_F(EnvironmentsResource, ListNoOaepThatTheTokenCanNotDecrypt) {
    fixture_.production->offer({"RSA-PKCS-OAEP"});
    fixture_.production->decrypt_oaep_with({});
    EXPECT_EQ(list(mechanisms_path, user()), Json::array());
}

TEST_F(EnvironmentsResource, ListMechanismsForGrantsThatReachThem) {
    for (const auto& headers : {user(), user({"production"}), admin()})
        EXPECT_EQ(send(http::Method::get, mechanisms_path, headers).status, 200);
    for (const auto& headers : {user({"staging"}), login({})}) {
        const auto response = send(http::Method::get, mechanisms_path, headers);
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(
            Json::parse(response.body)["error_description"].get<std::string>(),
            "Environment (name: production) is not found or user does not have privilege to access it!");
    }
    EXPECT_EQ(send(http::Method::get, mechanisms_path).status, 401);
}

TEST_F(EnvironmentsResource, ListMechanismsOnlyOfThoseOfTheConfiguration) {
    fixture_.catalogue->projects.create_project("Old", {"gone"}, {});
    EXPECT_EQ(send(http::Method::get, "/apiops/environments/gone/mechanisms/", admin()).status, 400);
}

TEST_F(EnvironmentsResource, ListNoMechanismsWhileTheirTokenDoesNotAnswer) {
    fixture_.production->set_reachable(false);
    const auto response = send(http::Method::get, mechanisms_path, user());
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(error_of(response), "hsm_unavailable");
    EXPECT_EQ(Json::parse(response.body)["error_description"].get<std::string>(),
              "production: The token can't be reached");
}

TEST_F(EnvironmentsResource, KnowNoQueryParameter) {
    for (const std::string& path : {project_path, all_path, mechanisms_path})
        EXPECT_EQ(error_of(send(http::Method::get, path + "?limit=1", admin())), "validation_failed") << path;
}

}  // namespace
}  // namespace keyward::api
