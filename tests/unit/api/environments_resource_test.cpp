#include "api/environments_resource.hpp"

#include "tests/unit/api/application_fixture.hpp"

namespace keyward::api {
namespace {

const std::string project_path = "/apiops/projects/MyProject/environments/";
const std::string all_path = "/apiops/environments/";

class EnvironmentsResource : public ApplicationTest {
  protected:
    Headers admin() { return login({{"", service::Permission::admin, {}}}); }
    Headers user(const std::set<std::string>& environments = {}) {
        return login({{bench_.project.id, service::Permission::use, environments}});
    }
    Json list(const std::string& path, const Headers& headers) {
        const auto response = send(Method::get, path, headers);
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
    void settle(const std::string& name, service::Health health) {
        bench_.environments.find(name)->probe();
        while (bench_.environments.find(name)->health() != health)
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
    bench_.environments.add(
        std::make_unique<service::Environment>(profile, std::make_shared<fakes::FakeToken>()));
    settle("other", service::Health::up);
    EXPECT_EQ(
        list(all_path, admin())[2].dump(),
        R"({"description":"for trials","id":"other","name":"other","status":"PUBLISHED","type":"SANDBOX"})");
}

TEST_F(EnvironmentsResource, ArePublishedWhileTheirTokenAnswers) {
    const auto status = [&] { return list(project_path, user())[0]["status"].get<std::string>(); };
    EXPECT_EQ(status(), "UNPUBLISHED");
    settle("production", service::Health::up);
    EXPECT_EQ(status(), "PUBLISHED");
    bench_.production->set_reachable(false);
    settle("production", service::Health::down);
    EXPECT_EQ(status(), "UNPUBLISHED");
}

TEST_F(EnvironmentsResource, OnlyThoseWithinTheCallersGrantsAreListed) {
    EXPECT_EQ(names(list(project_path, user({"staging"}))), Names{"staging"});
    EXPECT_EQ(names(list(project_path, user({"elsewhere"}))), Names{});
}

TEST_F(EnvironmentsResource, OneThatTheConfigurationLacksIsListedWithoutAType) {
    bench_.catalogue->create_project("Old", {"gone"}, {});
    EXPECT_EQ(list("/apiops/projects/Old/environments/", admin()).dump(),
              R"([{"description":"","id":"gone","name":"gone","status":"UNPUBLISHED","type":null}])");
}

TEST_F(EnvironmentsResource, OfAnInvisibleProjectAreNotFound) {
    EXPECT_EQ(send(Method::get, project_path, login({})).status, 404);
    EXPECT_EQ(send(Method::get, project_path).status, 401);
}

TEST_F(EnvironmentsResource, AllAreForAdministratorsAlone) {
    EXPECT_EQ(names(list(all_path, admin())), (Names{"production", "staging"}));
    for (const auto& headers : {manager(), user(), login({})}) {
        const auto response = send(Method::get, all_path, headers);
        EXPECT_EQ(response.status, 403);
        EXPECT_EQ(Json::parse(response.body)["error_description"].get<std::string>(),
                  "The permission ROLE_ADMIN is required");
    }
    EXPECT_EQ(send(Method::get, all_path).status, 401);
}

TEST_F(EnvironmentsResource, KnowNoQueryParameter) {
    for (const std::string& path : {project_path, all_path})
        EXPECT_EQ(error_of(send(Method::get, path + "?limit=1", admin())), "validation_failed") << path;
}

}  // namespace
}  // namespace keyward::api
