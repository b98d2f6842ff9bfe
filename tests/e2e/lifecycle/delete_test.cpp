#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/lifecycle/key_life.hpp"
#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

class Delete : public KeyLife {};

TEST_F(Delete, DestroysTheObjectsAndFreesTheName) {
    const std::string name = created();
    const Answer answer = remove(key_path(name));
    EXPECT_EQ(answer.status, 200);
    expect_common_fields(answer);
    EXPECT_EQ(answer.json(), undeployed({"production", "staging"}));
    EXPECT_EQ(objects("production", name), 0U);
    EXPECT_EQ(objects("staging", name), 0U);
    expect_problem(get_key(name), 404, "not_found");
    EXPECT_EQ(created(random_octets(32), name), name);
}

TEST_F(Delete, DestroysBothHalvesOfAPair) {
    const std::string name = unique_name();
    const std::string content = base64(key_pair("RSA-2048").pkcs8_der);
    ASSERT_EQ(create(create_body(name, "PRIVATE_KEY", "", {{"production", content}})).status, 200);
    ASSERT_EQ(objects("production", name), 2U);
    EXPECT_EQ(remove(key_path(name)).json(), undeployed({"production"}));
    EXPECT_EQ(objects("production", name), 0U);
}

TEST_F(Delete, OfAnUnknownKeyIsNotFound) {
    const std::string name = created();
    ASSERT_EQ(remove(key_path(name)).status, 200);
    expect_problem(remove(key_path(name)), 404, "not_found", "Key (name: " + name + ") is not found");
}

TEST_F(Delete, WorksWithoutTheTrailingSlashAndWithAPercentEncodedName) {
    const std::string name = created(random_octets(32), "a/b%2F? " + unique_name());
    EXPECT_EQ(remove(keys_path() + path_part(name)).status, 200);
    expect_problem(get_key(name), 404, "not_found");
}

TEST_F(Delete, TakesABodyAndParametersThatOlderClientsSend) {
    for (const char* body : {"{}", R"({"jwkDeleteAction": "DELETE"})"}) {
        const std::string name = created();
        const Answer answer = send({.method = "DELETE",
                                    .path = key_path(name) + "?jwkDeleteAction=DELETE&updateScope=ALL",
                                    .body = body,
                                    .token = home().token()});
        EXPECT_EQ(answer.json(), undeployed({"production", "staging"})) << answer.body;
    }
}

TEST_F(Delete, RefusesABodyThatIsNotJsonOrSaysAnythingElse) {
    const std::string name = created();
    const auto with_body = [&](const std::string& body, const std::string& type) {
        return send({.method = "DELETE",
                     .path = key_path(name),
                     .body = body,
                     .token = home().token(),
                     .fields = {"Content-Type: " + type}});
    };
    expect_problem(with_body("{}", "text/plain"), 415, "unsupported_media_type");
    expect_problem(with_body("{", "application/json"), 400, "bad_request");
    expect_wrong_fields(with_body(R"({"force": true})", "application/json"), {"/force"});
    expect_problem(with_body("[]", "application/json"), 400, "validation_failed");
    expect_problem(with_body(std::string(2U << 20U, ' '), "application/json"), 413, "payload_too_large");
    EXPECT_EQ(get_key(name).status, 200);
}

TEST_F(Delete, RefusesAParameterThatItDoesNotKnow) {
    const std::string name = created();
    expect_wrong_fields(remove(key_path(name) + "?dryRun=true"), {"?dryRun"});
    EXPECT_EQ(get_key(name).status, 200);
}

TEST_F(Delete, LeavesObjectsOfOthersWithTheSameLabelAlone) {
    const std::string alias = unique_name();
    std::vector<std::string> names;
    for (int i = 0; i < 2; ++i) {
        json body =
            create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}});
        body["cryptoKeyInfoEnvironmentList"][0]["alias"] = alias;
        ASSERT_EQ(create(body).status, 200);
        names.push_back(body["name"]);
    }
    ASSERT_EQ(ids("production", alias).size(), 2U);
    EXPECT_EQ(remove(key_path(names[0])).status, 200);
    EXPECT_EQ(ids("production", alias).size(), 1U);
    EXPECT_EQ(get_key(names[1]).status, 200);
}

TEST_F(Delete, IsForbiddenWhereAnEnvironmentIsOutOfTheGrants) {
    const std::string token =
        home().user("limited", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"}, "staging");
    const std::string name = created();
    const Answer answer = send({.method = "DELETE", .path = key_path(name), .token = token});
    expect_problem(answer, 403, "forbidden");
    EXPECT_THAT(answer.json()["error_description"].get<std::string>(), testing::HasSubstr("SECRETS:MANAGE"));
    EXPECT_EQ(objects("staging", name), 1U);
}

/// `production` is a token in the process, `remote` one behind a server that can hang.
class DeleteWithAHungToken : public testing::Test {
  protected:
    ~DeleteWithAHungToken() override { hsm_.go_on(); }

    Answer send(const std::string& method, const std::string& path, const std::string& body = {}) {
        Request request{.method = method, .path = path, .token = home_.token()};
        if (!body.empty()) request.body = body;
        return client_.send(request);
    }
    std::string created() {
        const std::string name = unique_name();
        const std::string content = base64(random_octets(32));
        const Answer answer = send(
            "POST", keys_path(),
            text_of(create_body(name, "SECRET_KEY", "AES", {{"production", content}, {"remote", content}})));
        EXPECT_EQ(answer.json()["deploymentResult"]["success"], true) << answer.body;
        return name;
    }
    json key(const std::string& name) { return send("GET", key_path(name)).json()["resultList"][0]; }
    std::size_t objects(const std::string& token, const std::string& name) {
        return objects_in(home_, token, std::string(project) + "/" + name).size();
    }

    const Home home_{{.environments = {"production"},
                      .remote = {"remote"},
                      .each_environment = "deadline = \"1s\"\nsessions = 4"}};
    const RemoteHsm hsm_{home_};
    Server server_{home_};
    HttpClient client_{home_.port()};
};

TEST_F(DeleteWithAHungToken, ShowsAsDeletingUntilTheReconcilerHasFinished) {
    const std::string name = created();
    hsm_.hang();
    for (int i = 0; i < 2; ++i) {
        const Answer answer = send("DELETE", key_path(name));
        EXPECT_EQ(answer.status, 200) << answer.body;
        const json result = answer.json()["deploymentResult"];
        EXPECT_EQ(answer.json()["success"], true);
        EXPECT_EQ(result["success"], false);
        const json last = result["environmentResults"].back();
        EXPECT_EQ(last["environmentName"], "remote");
        EXPECT_EQ(last["success"], false);
        EXPECT_THAT(last["message"].get<std::string>(), testing::HasSubstr("remote"));
    }
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 1U) << entries;
    EXPECT_EQ(entries[0]["state"], "DELETING");
    EXPECT_EQ(objects("production", name), 0U);
    const std::string content = base64(random_octets(32));
    expect_problem(
        send("POST", keys_path(), text_of(create_body(name, "SECRET_KEY", "AES", {{"production", content}}))),
        400, "bad_request",
        "Key (name: " + name + ") is already exist! Try update operation if want to change its value.");
    expect_problem(send("PUT", key_path(name), R"({"description": "late"})"), 409, "conflict");
    hsm_.go_on();
    EXPECT_TRUE(test::comes_true([&] { return send("GET", key_path(name)).status == 404; }));
    EXPECT_EQ(objects("remote", name), 0U);
    EXPECT_TRUE(test::comes_true([&] { return rows_in(home_, "tombstones") == 0; }));
}

TEST_F(DeleteWithAHungToken, IsFinishedByASecondCall) {
    const std::string name = created();
    hsm_.hang();
    EXPECT_EQ(send("DELETE", key_path(name)).json()["deploymentResult"]["success"], false);
    hsm_.go_on();
    EXPECT_TRUE(test::comes_true([&] {
        const Answer answer = send("DELETE", key_path(name));
        return answer.status == 404 || answer.json()["deploymentResult"]["success"] == json(true);
    }));
    EXPECT_EQ(send("GET", key_path(name)).status, 404);
    EXPECT_EQ(objects("remote", name), 0U);
}

TEST_F(DeleteWithAHungToken, FromOneEnvironmentLeavesTheKeyInTheOther) {
    const std::string name = created();
    hsm_.hang();
    const Answer answer = send("DELETE", key_path(name) + "environments/remote/");
    EXPECT_EQ(answer.json()["deploymentResult"]["success"], false) << answer.body;
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0]["state"], "DEPLOYED");
    EXPECT_EQ(entries[1]["state"], "DELETING");
    hsm_.go_on();
    EXPECT_TRUE(test::comes_true([&] { return key(name)["cryptoKeyInfoEnvironmentList"].size() == 1; }));
    EXPECT_EQ(objects("remote", name), 0U);
    EXPECT_EQ(objects("production", name), 1U);
}

}  // namespace
}  // namespace keyward::e2e
