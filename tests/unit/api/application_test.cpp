#include "api/application.hpp"

#include "api/problem.hpp"
#include "tests/unit/api/application_fixture.hpp"

namespace keyward::api {
namespace {

constexpr std::string_view keys_path_pattern = "/apiops/projects/{projectName}/keys/";
const std::string keys_path = "/apiops/projects/MyProject/keys/";

TEST_F(ApplicationTest, EveryAnswerHasARequestIdAndIsNotToBeStored) {
    const auto response = send(http::Method::get, "/health/live");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header_of(response, "X-Request-Id").size(), 36U);
}

TEST_F(ApplicationTest, ASaneRequestIdOfTheClientsIsKept) {
    EXPECT_EQ(
        header_of(send(http::Method::get, "/health/live", {{"x-request-id", "abc-1.2_3:4"}}), "X-Request-Id"),
        "abc-1.2_3:4");
    EXPECT_NE(header_of(send(http::Method::get, "/health/live", {{"x-request-id", "a b"}}), "X-Request-Id"),
              "a b");
    EXPECT_NE(header_of(send(http::Method::get, "/health/live", {{"x-request-id", std::string(129, 'a')}}),
                        "X-Request-Id")
                  .size(),
              129U);
}

TEST_F(ApplicationTest, AnErrorCarriesTheRequestIdOfItsHeader) {
    const auto response = send(http::Method::get, "/nowhere", {{"x-request-id", "r1"}});
    EXPECT_EQ(Json::parse(response.body)["requestId"], "r1");
}

TEST_F(ApplicationTest, LoginComesBeforeTheRoute) {
    const auto response = send(http::Method::get, "/apiops/nowhere");
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(error_of(response), "invalid_token");
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Bearer error=\"invalid_token\"");
    EXPECT_EQ(send(http::Method::get, "/apiops/nowhere", manager()).status, 404);
    EXPECT_EQ(send(http::Method::get, "/nowhere").status, 404);
}

TEST_F(ApplicationTest, AnotherMethodIsToldWhichThereAre) {
    const auto response = send(http::Method::del, keys_path, manager());
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(error_of(response), "method_not_allowed");
    EXPECT_EQ(header_of(response, "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(header_of(send(http::Method::put, "/health/live"), "Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ApplicationTest, OptionsNamesTheMethods) {
    const auto response = send(http::Method::options, keys_path, manager());
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header_of(response, "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(response.body, "");
}

TEST_F(ApplicationTest, HeadIsAnsweredAsGet) {
    EXPECT_EQ(send(http::Method::head, "/health/live").status, 200);
}

TEST_F(ApplicationTest, TheProjectComesBeforeThePermission) {
    EXPECT_EQ(send(http::Method::post, keys_path, login({})).status, 404);
    EXPECT_EQ(send(http::Method::post, "/apiops/projects/Nowhere/keys/", manager()).status, 404);
}

TEST_F(ApplicationTest, ThePermissionComesBeforeTheMediaType) {
    auto headers = login({{fixture_.project.id, Permission::use, {}}});
    headers[1].second = "text/plain";
    const auto response = send(http::Method::post, keys_path, headers);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(Json::parse(response.body)["error_description"],
              "The permission SECRETS:MANAGE in project MyProject is required");
}

TEST_F(ApplicationTest, TheMediaTypeComesBeforeTheJson) {
    auto headers = manager();
    for (const std::string type : {"text/plain", "application/xml", "application/jsonx",
                                   "application/json; charset=latin-1", "", "application/json; a=b"}) {
        headers[1].second = type;
        EXPECT_EQ(send(http::Method::post, keys_path, headers, "{").status, 415) << type;
    }
    headers.pop_back();
    EXPECT_EQ(error_of(send(http::Method::post, keys_path, headers, "{")), "unsupported_media_type");
}

TEST_F(ApplicationTest, JsonMayNameUtf8) {
    auto headers = manager();
    for (const std::string type : {"application/json", "Application/JSON", "application/json;charset=UTF-8",
                                   "application/json ; charset=\"utf-8\""}) {
        headers[1].second = type;
        EXPECT_EQ(error_of(send(http::Method::post, keys_path, headers, "{}")), "validation_failed") << type;
    }
}

TEST_F(ApplicationTest, ACompressedBodyIsRefused) {
    auto headers = manager();
    headers.emplace_back("content-encoding", "gzip");
    EXPECT_EQ(send(http::Method::post, keys_path, headers, "{}").status, 415);
}

TEST_F(ApplicationTest, MalformedJsonComesBeforeTheFields) {
    const auto response = send(http::Method::post, keys_path + "?nonsense=1", manager(), "{");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(error_of(response), "bad_request");
}

TEST_F(ApplicationTest, UnknownQueryParametersAreReportedWithTheFields) {
    const auto body =
        Json::parse(send(http::Method::post, keys_path + "?onFailure=x&dryrun=1", manager(), "{}").body);
    EXPECT_EQ(body["details"][0]["pointer"], "?dryrun");
    EXPECT_EQ(body["details"][1]["pointer"], "?onFailure");
    EXPECT_EQ(body["details"][1]["message"], "must be rollback");
    EXPECT_EQ(body["details"][2]["pointer"], "/name");
}

TEST_F(ApplicationTest, TheFieldsComeBeforeTheEnvironments) {
    const auto response = send(
        http::Method::post, keys_path, manager(),
        R"({"name":"","keyType":"SECRET_KEY","cryptoKeyInfoEnvironmentList":[{"environmentName":"x","content":"AAAAAAAAAAAAAAAAAAAAAA=="}]})");
    EXPECT_EQ(error_of(response), "validation_failed");
}

TEST_F(ApplicationTest, CreatesAndReadsAKey) {
    const auto headers = manager();
    const std::string content = to_base64(random_secret(16).reveal());
    const auto created = send(
        http::Method::post, keys_path, headers,
        R"({"name":"a/b","keyType":"SECRET_KEY","cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":")" +
            content + R"("}]})");
    EXPECT_EQ(created.status, 200) << created.body;
    const auto read = send(http::Method::get, keys_path + "a%2Fb", headers);
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body.find(content), std::string::npos);
    const auto key = Json::parse(read.body)["resultList"][0];
    EXPECT_EQ(key["name"], "a/b");
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["state"], "DEPLOYED");
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["keyCheckValue"],
              Json::parse(created.body)["deploymentResult"]["environmentResults"][0]["keyCheckValue"]);
}

TEST_F(ApplicationTest, AKeyBeingCreatedIsNotThereYet) {
    Key key;
    key.id = "1";
    key.project_id = fixture_.project.id;
    key.name = "k";
    fixture_.catalogue->keys.begin_create(key, {}, {});
    EXPECT_EQ(send(http::Method::get, keys_path + "k", manager()).status, 404);
}

TEST_F(ApplicationTest, AGrantForOneEnvironmentShowsThatOneOnly) {
    fixture_.create(service::ServiceFixture::aes_request("k", {"production", "staging"}));
    const auto read = send(http::Method::get, keys_path + "k",
                           login({{fixture_.project.id, Permission::use, {"staging"}}}));
    const auto environments = Json::parse(read.body)["resultList"][0]["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(environments.size(), 1U);
    EXPECT_EQ(environments[0]["environmentName"], "staging");
}

TEST_F(ApplicationTest, ReadinessNamesEnvironmentsOnlyToThoseWhoAreLoggedIn) {
    EXPECT_FALSE(Json::parse(send(http::Method::get, "/health/ready").body).contains("environments"));
    EXPECT_FALSE(Json::parse(send(http::Method::get, "/health/ready", {{"authorization", "Bearer x"}}).body)
                     .contains("environments"));
    // Who can't be recognised at once is told what everyone is told.
    const auto headers = login({});
    Json answer;
    for (int i = 0; i < 100 && !answer.contains("environments"); ++i)
        answer = Json::parse(send(http::Method::get, "/health/ready", headers).body);
    EXPECT_EQ(answer["environments"].size(), 2U);
}

TEST_F(ApplicationTest, ReadinessIsDegradedWhenOneTokenIsOutAndDownWhenAllAre) {
    const auto status = [&] {
        return Json::parse(send(http::Method::get, "/health/ready").body)["status"].get<std::string>();
    };
    EXPECT_EQ(status(), "down");
    const auto resolve = [&](const std::string& name, service::Health health) {
        fixture_.environments.find(name)->probe();
        while (fixture_.environments.find(name)->health() != health)
            std::this_thread::yield();
    };
    resolve("production", service::Health::up);
    resolve("staging", service::Health::up);
    EXPECT_EQ(status(), "down");  // nothing is known of the catalogue yet
    health_.probe();
    EXPECT_EQ(status(), "ready");
    fixture_.staging->set_reachable(false);
    resolve("staging", service::Health::down);
    EXPECT_EQ(status(), "degraded");
    fixture_.production->set_reachable(false);
    resolve("production", service::Health::down);
    EXPECT_EQ(send(http::Method::get, "/health/ready").status, 503);
}

TEST_F(ApplicationTest, AnIdempotencyKeyCountsInEveryCallThatChangesAKey) {
    for (const Route& route : application_.routes()) {
        const bool is_about_keys = route.pattern.starts_with(keys_path_pattern);
        const bool changes =
            route.method != http::Method::get && route.permissions != std::vector{Permission::use};
        EXPECT_EQ(route.repeatable, is_about_keys && changes) << route.pattern;
    }
}

TEST_F(ApplicationTest, EveryRouteIsDescribed) {
    const std::string description = send(http::Method::get, "/openapi.yaml").body;
    for (const Route& route : application_.routes())
        EXPECT_NE(description.find("\n  " + std::string(route.pattern) + ":\n"), std::string::npos)
            << route.pattern;
}

TEST_F(ApplicationTest, EveryMechanismIsDescribed) {
    const std::string description = send(http::Method::get, "/openapi.yaml").body;
    const auto start = description.find("\n    Mechanism:\n");
    const std::string list = description.substr(start, description.find(']', start) - start);
    for (const Mechanism& row : mechanism_table())
        EXPECT_NE(list.find(std::string(row.name)), std::string::npos) << row.name;
}

TEST_F(ApplicationTest, NoRouteKnowsAQueryParameterThatItDoesNotName) {
    for (const std::string path : {"/health/live", "/health/ready", "/openapi.yaml"})
        EXPECT_EQ(error_of(send(http::Method::get, path + "?verbose=1")), "validation_failed") << path;
}

TEST_F(ApplicationTest, ARequestThatFailsFramingIsAnsweredInTheSameForm) {
    const auto response = application_.refuse(413, "The body is too large", {{"x-request-id", "r1"}});
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(error_of(response), "payload_too_large");
    EXPECT_EQ(Json::parse(response.body)["requestId"], "r1");
    EXPECT_TRUE(response.close);
}

TEST(Problem, AnUnexpectedErrorTellsNothingButTheRequestId) {
    const auto response = problem_of(std::make_exception_ptr(std::runtime_error("secret detail")), "r1");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("secret detail"), std::string::npos);
    EXPECT_EQ(Json::parse(response.body)["error"], "internal_error");
}

TEST(Problem, ACatalogueThatIsOutIsA503WithoutDetail) {
    const auto response = problem_of(std::make_exception_ptr(CatalogueError("password=x")), "r1");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body.find("password"), std::string::npos);
}

TEST(Problem, SaysWhenToComeAgain) {
    const auto retry_after = [](const ServiceError& error) {
        const auto response = problem_of(std::make_exception_ptr(error), "r1");
        for (const auto& [name, value] : response.headers)
            if (name == "Retry-After") return value;
        return std::string("none");
    };
    EXPECT_EQ(retry_after({ErrorKind::too_many_requests, "", std::chrono::seconds(17)}), "17");
    EXPECT_EQ(retry_after({ErrorKind::too_many_requests, ""}), "1");
    EXPECT_EQ(retry_after({ErrorKind::overloaded, ""}), "1");
    EXPECT_EQ(retry_after({ErrorKind::not_found, ""}), "none");
}

TEST(Problem, ListsAHundredMistakesAndCountsTheRest) {
    const ServiceError error(std::vector<FieldError>(150, {"/x", "is wrong"}));
    ASSERT_EQ(error.details().size(), 101U);
    EXPECT_EQ(error.details().back().message, "has 50 further mistakes");
}

}  // namespace
}  // namespace keyward::api
