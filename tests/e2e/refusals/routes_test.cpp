#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <sstream>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "api/all_routes.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/unit/api/route_table.hpp"

namespace keyward::e2e {
namespace {

using api::Body;
using http::Method;
using nlohmann::json;
using testing::HasSubstr;

/// A route of the product's table (compared with docs/openapi.yaml in tests/unit/api/all_routes_test.cpp).
/// All tests here are derived from the table, so that they include a new route.
struct Row {
    http::Method method;
    std::string pattern;
    api::Login login;
    std::vector<Permission> permissions;
    Body body;
};

std::string name_of(http::Method method) {
    return std::string(api::name_of(method));
}

constexpr std::array all_methods{http::Method::get,     http::Method::head,  http::Method::post,
                                 http::Method::put,     http::Method::patch, http::Method::del,
                                 http::Method::options, http::Method::other};

std::vector<Row> read_table() {
    const api::RouteTableOfNothing nothing;
    std::vector<Row> rows;
    for (const api::Route& route : nothing.routes())
        rows.push_back({.method = route.method,
                        .pattern = std::string(route.pattern),
                        .login = route.login,
                        .permissions = route.permissions,
                        .body = route.body});
    return rows;
}

const std::vector<Row>& table() {
    static const std::vector<Row> rows = read_table();
    return rows;
}

std::vector<Row> routes_that(bool (*wanted)(const Row&)) {
    std::vector<Row> rows;
    std::ranges::copy_if(table(), std::back_inserter(rows), wanted);
    return rows;
}

bool any_route(const Row&) {
    return true;
}
bool needs_login(const Row& row) {
    return row.login == api::Login::required;
}
bool needs_no_login(const Row& row) {
    return !needs_login(row);
}
bool is_of_project(const Row& row) {
    return row.pattern.find("{projectName}") != std::string::npos;
}
bool is_under_apiops(const Row& row) {
    return row.pattern.starts_with("/apiops/");
}
bool has_body(const Row& row) {
    return row.body != Body::none;
}
/// Whether the route requires a body.
bool needs_body(const Row& row) {
    return has_body(row) && row.body != Body::json_if_any;
}
bool takes_json(const Row& row) {
    return row.body == Body::json;
}
bool uses_a_key(const Row& row) {
    return row.permissions == std::vector{Permission::use};
}
/// Whether it is about one environment and no project.
bool is_of_environment(const Row& row) {
    return !is_of_project(row) && row.pattern.find("{environmentName}") != std::string::npos;
}

std::string with(std::string pattern, const std::string& parameter, const std::string& value) {
    const auto place = pattern.find(parameter);
    if (place != std::string::npos) pattern.replace(place, parameter.size(), value);
    return pattern;
}

/// A path of the route for a key; the key `real` exists in both environments.
std::string path_of(const Row& row, const std::string& key = "real", const char* project_name = project) {
    std::string path = with(row.pattern, "{projectName}", project_name);
    path = with(path, "{keyName}", key);
    return with(path, "{environmentName}", "production");
}

/// The grants of a user: in MyProject (`here`), and in all projects.
struct GrantSet {
    const char* name;
    std::vector<Permission> here;
    bool everywhere;
    const char* limited_to;            ///< an environment, or nullptr
    const char* deploys_in = nullptr;  ///< the environment of DEPLOY_UNDEPLOY, when it is another one
};

void PrintTo(const GrantSet& grants, std::ostream* out) {
    *out << grants.name;
}

const std::vector<Permission> all_three{Permission::manage, Permission::deploy_undeploy, Permission::use};

const std::vector<GrantSet> grant_sets{
    {"nothing", {}, false, nullptr},
    {"manage", {Permission::manage}, false, nullptr},
    {"deploy", {Permission::deploy_undeploy}, false, nullptr},
    {"use", {Permission::use}, false, nullptr},
    {"administrator", {}, true, nullptr},
    {"all-in-the-project", all_three, false, nullptr},
    {"all-and-administrator", all_three, true, nullptr},
    {"neighbour", {}, false, nullptr},
    {"all-in-staging", all_three, false, "staging"},
    {"manages-in-staging-deploys-in-production", all_three, false, "staging", "production"},
    {"manages-in-production-deploys-in-staging", all_three, false, "production", "staging"},
};

bool sees_project(const GrantSet& grants) {
    return grants.everywhere || !grants.here.empty();
}

bool sees_production(const GrantSet& grants) {
    const auto is_production = [](const char* name) { return std::string_view("production") == name; };
    return sees_project(grants) && (grants.limited_to == nullptr || is_production(grants.limited_to) ||
                                    (grants.deploys_in != nullptr && is_production(grants.deploys_in)));
}

/// Nothing when the grants suffice for the route.
std::optional<Permission> first_missing(const Row& row, const GrantSet& grants) {
    for (const Permission permission : row.permissions) {
        const bool by_administrator = grants.everywhere && permission != Permission::use;
        const bool here =
            is_of_project(row) && std::ranges::find(grants.here, permission) != grants.here.end();
        if (!by_administrator && !here) return permission;
    }
    return std::nullopt;
}

bool is_enough(const Row& row, const GrantSet& grants) {
    return (!is_of_project(row) || sees_project(grants)) && !first_missing(row, grants);
}

/// A valid body for the route.
std::string good_body(const Row& row) {
    if (row.body == Body::form) return "grant_type=client_credentials&client_id=x&client_secret=y";
    if (row.pattern.ends_with("/certificate-request/"))
        return json{{"subject", "CN=keyward test"}, {"mechanism", "ECDSA-SHA256"}}.dump();
    if (uses_a_key(row)) return json{{"mechanism", "AES-GCM"}, {"input", ""}}.dump();
    const std::string content = base64(random_octets(32));
    if (row.pattern.find("{environmentName}") != std::string::npos) return json{{"content", content}}.dump();
    json body{{"description", "changed"},
              {"cryptoKeyInfoEnvironmentList",
               json::array({{{"environmentName", "production"}, {"content", content}}})}};
    if (row.pattern.find("{keyName}") == std::string::npos)
        body.update(json{{"name", unique_name()}, {"keyType", "SECRET_KEY"}});
    return body.dump();
}

std::string media_type(const Row& row) {
    return row.body == Body::form ? "application/x-www-form-urlencoded" : "application/json";
}

/// One server for all, with a user for each set of grants and the key `real` in both environments.
class Routes : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        start({});
        home().must({"project", "create", "Theirs", "--environments", "staging"});
        for (const GrantSet& grants : grant_sets)
            tokens_[grants.name] = user_with(grants);
        home().must(words_of_grant("neighbour", "Theirs", all_three));
        HttpClient client(home().port());
        const Answer answer = client.send({.method = "POST",
                                           .path = keys_path(),
                                           .body = text_of(aes_body("real")),
                                           .token = home().token()});
        ASSERT_EQ(answer.status, 200) << answer.body;
    }

    static const std::string& token_of(const GrantSet& grants) { return tokens_.at(grants.name); }
    static const std::string& mighty() { return tokens_.at("all-and-administrator"); }

    /// A valid request.
    static Request request_for(const Row& row, const std::string& token) {
        Request request{.method = name_of(row.method), .path = path_of(row), .token = token};
        if (needs_body(row)) {
            request.body = good_body(row);
            request.fields = {"Content-Type: " + media_type(row)};
        }
        return request;
    }
    /// A request with every fault that is checked after the grants: wrong media type, malformed JSON.
    static Request wrong_request_for(const Row& row, const std::string& token) {
        Request request = request_for(row, token);
        if (!has_body(row)) return request;
        request.body = "{";
        request.fields = {"Content-Type: text/plain"};
        return request;
    }

    void expect_key_is_whole() {
        const json key = get_key("real").json();
        ASSERT_EQ(key["resultCount"], 1) << key;
        EXPECT_EQ(key["resultList"][0]["cryptoKeyInfoEnvironmentList"].size(), 2U) << key;
        EXPECT_EQ(key["resultList"][0]["description"], "") << key;
    }

    static std::vector<std::string> words_of_grant(const std::string& user, const std::string& of_project,
                                                   const std::vector<Permission>& permissions) {
        std::vector<std::string> words{"grant", user, of_project};
        for (const Permission permission : permissions)
            words.emplace_back(to_string(permission));
        return words;
    }

  private:
    static std::string user_with(const GrantSet& grants) {
        std::string token = home().user(grants.name, {});
        for (const Permission permission : grants.here) {
            auto words = words_of_grant(grants.name, project, {permission});
            const bool elsewhere = permission == Permission::deploy_undeploy && grants.deploys_in != nullptr;
            const char* const limit = elsewhere ? grants.deploys_in : grants.limited_to;
            if (limit != nullptr) words.insert(words.end(), {"--environments", limit});
            home().must(words);
        }
        if (grants.everywhere) home().must({"grant", grants.name, "--admin"});
        return token;
    }

    inline static std::map<std::string, std::string> tokens_;
};

std::string name_of(const Row& row) {
    std::string name = name_of(row.method);
    for (const char c : row.pattern) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            name += c;
        else if (!name.ends_with('_') && c != '}')
            name += '_';
    }
    while (name.ends_with('_'))
        name.pop_back();
    return name;
}

void PrintTo(const Row& row, std::ostream* out) {
    *out << name_of(row.method) << " " << row.pattern;
}

constexpr auto route_name = [](const auto& row) { return name_of(row.param); };

class EveryRoute : public Routes, public testing::WithParamInterface<Row> {};

TEST_P(EveryRoute, RefusesABodyOverTheLimitBeforeAnythingElse) {
    Request request = wrong_request_for(GetParam(), {});
    request.body = std::string(2U << 20U, 'x');
    expect_problem(send(request), 413, "payload_too_large");
}

TEST_P(EveryRoute, HasNothingBelowIt) {
    const Row& row = GetParam();
    Request request = wrong_request_for(row, mighty());
    request.path += (request.path.ends_with('/') ? "" : "/") + std::string("nothing/here");
    expect_problem(send(request), 404, "not_found");
    request.token.clear();
    if (is_under_apiops(row))
        expect_problem(send(request), 401, "invalid_token");
    else
        expect_problem(send(request), 404, "not_found");
}

TEST_P(EveryRoute, AnswersEveryOtherMethodWithWhatItsPathHas) {
    const std::string& pattern = GetParam().pattern;
    std::set<std::string> allowed{"OPTIONS"};
    for (const Row& row : table())
        if (row.pattern == pattern) allowed.insert(name_of(row.method));
    if (allowed.contains("GET")) allowed.insert("HEAD");
    for (const http::Method method : all_methods) {
        if (method != http::Method::options && allowed.contains(name_of(method))) continue;
        Request request = wrong_request_for(GetParam(), mighty());
        request.method = name_of(method);
        request.path = path_of(GetParam(), "none", "NoProject");
        const Answer answer = send(request);
        if (method == http::Method::options)
            EXPECT_EQ(answer.status, 204) << answer.body;
        else if (method == http::Method::head)
            EXPECT_EQ(answer.status, 405);
        else
            expect_problem(answer, 405, "method_not_allowed");
        std::set<std::string> found;
        std::istringstream list(answer.field("allow"));
        for (std::string name; std::getline(list >> std::ws, name, ',');)
            found.insert(name);
        EXPECT_EQ(found, allowed) << name_of(method);
        request.token.clear();
        EXPECT_EQ(send(request).status, is_under_apiops(GetParam()) ? 401 : answer.status) << name_of(method);
    }
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRoute, testing::ValuesIn(routes_that(any_route)), route_name);

class EveryRouteWithALogin : public Routes, public testing::WithParamInterface<Row> {
  protected:
    static void SetUpTestSuite() {
        Routes::SetUpTestSuite();
        unknown_ = home().user("leaver", {"SECRETS:MANAGE"});
        home().must({"user", "delete", "leaver"});
        revoked_ = home().must({"token", "create", "--user", "alice", "--name", "revoked"});
        const auto list = json::parse(home().must({"token", "list", "--json"}));
        for (const json& row : list.is_array() ? list : list.begin().value())
            if (row.value("name", "") == "revoked") home().must({"token", "revoke", row.value("id", "")});
        expired_ =
            home().must({"token", "create", "--user", "alice", "--name", "expired", "--expires", "1m"});
        end_expired_token();
    }

    void expect_refused(const std::vector<std::string>& fields, const char* error = "invalid_token") {
        Request request = wrong_request_for(GetParam(), {});
        request.path = path_of(GetParam(), "none", "NoProject");
        request.fields.insert(request.fields.end(), fields.begin(), fields.end());
        const Answer answer = send(request);
        expect_problem(answer, 401, error);
        EXPECT_TRUE(answer.field("www-authenticate").starts_with("Bearer"));
    }

    inline static std::string unknown_, revoked_, expired_;

  private:
    static void end_expired_token() {
        sqlite3* opened = nullptr;
        ASSERT_EQ(sqlite3_open(home().folder().file("keyward.db").c_str(), &opened), SQLITE_OK);
        const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
        sqlite3_busy_timeout(opened, 10'000);
        ASSERT_EQ(sqlite3_exec(opened, "update api_tokens set expires_at = 1000 where name = 'expired'",
                               nullptr, nullptr, nullptr),
                  SQLITE_OK);
        ASSERT_EQ(sqlite3_changes(opened), 1);
    }
};

TEST_P(EveryRouteWithALogin, RefusesWhoeverHasNoTokenThatIsGood) {
    expect_refused({});
    expect_refused({"Authorization: Bearer kw_malformed"});
    expect_refused({"Authorization: Basic " + base64("alice:x")});
    expect_refused({"Authorization: Bearer " + unknown_});
    expect_refused({"Authorization: Bearer " + revoked_});
    expect_refused({"Authorization: Bearer " + expired_}, "token_expired");
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteWithALogin, testing::ValuesIn(routes_that(needs_login)), route_name);

class EveryRouteWithoutALogin : public Routes, public testing::WithParamInterface<Row> {};

TEST_P(EveryRouteWithoutALogin, AsksNobodyForATokenOrAGrant) {
    const Row& row = GetParam();
    const Answer open = send(wrong_request_for(row, {}));
    EXPECT_EQ(open.status, has_body(row) ? 415 : 200) << open.body;
    for (const GrantSet& grants : grant_sets)
        EXPECT_EQ(send(wrong_request_for(row, token_of(grants))).status, open.status) << grants.name;
    EXPECT_EQ(send(wrong_request_for(row, "kw_malformed")).status, open.status);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteWithoutALogin, testing::ValuesIn(routes_that(needs_no_login)),
                         route_name);

class EveryRouteOfAProject : public Routes, public testing::WithParamInterface<Row> {};

TEST_P(EveryRouteOfAProject, DoesNotFindAProjectThatIsNotThereWhateverElseIsWrong) {
    for (const GrantSet& grants : grant_sets) {
        SCOPED_TRACE(grants.name);
        Request request = wrong_request_for(GetParam(), token_of(grants));
        request.path = path_of(GetParam(), "none", "NoProject");
        expect_problem(send(request), 404, "not_found", "Project (name: NoProject) is not found");
    }
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteOfAProject, testing::ValuesIn(routes_that(is_of_project)), route_name);

class EveryRouteAndGrant : public Routes, public testing::WithParamInterface<std::tuple<Row, GrantSet>> {};

TEST_P(EveryRouteAndGrant, LetsInOnlyWhoeverHoldsEnough) {
    const auto& [row, grants] = GetParam();
    for (const Request& request :
         {request_for(row, token_of(grants)), wrong_request_for(row, token_of(grants))}) {
        if (is_of_project(row) && !sees_project(grants)) {
            expect_problem(send(request), 404, "not_found", "Project (name: MyProject) is not found");
        } else if (const auto missing = first_missing(row, grants)) {
            const Answer answer = send(request);
            expect_problem(answer, 403, "forbidden");
            EXPECT_THAT(answer.json().value("error_description", ""),
                        HasSubstr(std::string(to_string(*missing))));
        }
    }
    expect_key_is_whole();
}

TEST_P(EveryRouteAndGrant, GoesOnToTheNextCheckForWhoeverHoldsEnough) {
    const auto& [row, grants] = GetParam();
    if (!is_enough(row, grants)) return;
    Request request = wrong_request_for(row, token_of(grants));
    request.path = path_of(row, "no-such-key");
    const Answer answer = send(request);
    if (has_body(row)) {
        expect_problem(answer, 415, "unsupported_media_type");
    } else if (row.pattern.find("{keyName}") != std::string::npos) {
        expect_problem(answer, 404, "not_found", "Key (name: no-such-key) is not found");
    } else if (is_of_environment(row) && !sees_production(grants)) {
        expect_problem(
            answer, 400, "bad_request",
            "Environment (name: production) is not found or user does not have privilege to access it!");
    } else {
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
}

TEST_P(EveryRouteAndGrant, ChangesNothingWhereTheGrantsDoNotReach) {
    const auto& [row, grants] = GetParam();
    if (grants.limited_to == nullptr || row.permissions.empty() || !is_enough(row, grants)) return;
    // A grant to use keys in production suffices.
    if (uses_a_key(row) && std::string_view("production") == grants.limited_to) return;
    // The key and the requested environment of the body are in `production`, too.
    const Answer answer = send(request_for(row, token_of(grants)));
    EXPECT_THAT(answer.status, testing::AnyOf(400, 403)) << answer.body;
    expect_key_is_whole();
}

TEST_P(EveryRouteAndGrant, ChangesNothingThatAllEnvironmentsShareWithoutBothInEach) {
    const auto& [row, grants] = GetParam();
    if (grants.limited_to == nullptr || row.method != http::Method::put) return;
    const std::string description = "changed";
    for (const json& body :
         {json{{"description", description}}, json{{"mechanisms", {"AES-CTR"}}}, json{{"algorithm", "HMAC"}},
          json{{"keyType", "PUBLIC_KEY"}},
          json{{"description", description},
               {"cryptoKeyInfoEnvironmentList",
                {{{"environmentName", grants.limited_to}, {"content", base64(random_octets(32))}}}}}}) {
        Request request = request_for(row, token_of(grants));
        request.body = body.dump();
        expect_problem(send(request), 403, "forbidden");
    }
    expect_key_is_whole();
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteAndGrant,
                         testing::Combine(testing::ValuesIn(routes_that(needs_login)),
                                          testing::ValuesIn(grant_sets)),
                         [](const auto& both) {
                             std::string grants = std::get<1>(both.param).name;
                             std::ranges::replace(grants, '-', '_');
                             return name_of(std::get<0>(both.param)) + "_with_" + grants;
                         });

class EveryRouteWithABody : public Routes, public testing::WithParamInterface<Row> {
  protected:
    Answer send_as(const std::vector<std::string>& fields) {
        Request request = request_for(GetParam(), mighty());
        request.body = "{";
        request.fields = fields;
        return send(request);
    }
};

TEST_P(EveryRouteWithABody, RefusesEveryOtherMediaType) {
    const std::string right = media_type(GetParam());
    const std::string wrong =
        right == "application/json" ? "application/x-www-form-urlencoded" : "application/json";
    for (const std::string& type : {std::string("text/plain"), std::string("application/octet-stream"),
                                    std::string("multipart/form-data; boundary=x"), wrong,
                                    right + "; charset=iso-8859-1", right + "x"}) {
        SCOPED_TRACE(type);
        expect_problem(send_as({"Content-Type: " + type}), 415, "unsupported_media_type");
    }
    expect_problem(send_as({"Content-Type:"}), 415, "unsupported_media_type");
    expect_problem(send_as({"Content-Type: " + right, "Content-Encoding: gzip"}), 415,
                   "unsupported_media_type");
}

TEST_P(EveryRouteWithABody, TakesItsOwnWithACharset) {
    for (const char* parameter : {"", "; charset=utf-8", ";charset=UTF-8", "; charset=\"utf-8\""})
        EXPECT_EQ(send_as({"Content-Type: " + media_type(GetParam()) + parameter}).status, 400) << parameter;
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteWithABody, testing::ValuesIn(routes_that(has_body)), route_name);

class EveryRouteWithJson : public Routes, public testing::WithParamInterface<Row> {};

TEST_P(EveryRouteWithJson, RefusesWhatIsNoJsonAndWhatIsNoObject) {
    Request request = request_for(GetParam(), mighty());
    for (const char* body : {"", "{", R"({"a":1,"a":2})", "{} {}", "\xEF\xBB\xBF{}", "{\"a\":\"\xFF\"}"}) {
        SCOPED_TRACE(body);
        request.body = body;
        expect_problem(send(request), 400, "bad_request");
    }
    for (const char* body : {"[]", "null", "7", "\"text\""}) {
        SCOPED_TRACE(body);
        request.body = body;
        expect_problem(send(request), 400, "validation_failed");
    }
}

TEST_P(EveryRouteWithJson, RefusesAFieldThatItDoesNotKnow) {
    Request request = request_for(GetParam(), mighty());
    json body = json::parse(*request.body);
    body["descripton"] = "a typing mistake";
    request.body = body.dump();
    const Answer answer = send(request);
    expect_problem(answer, 400, "validation_failed");
    EXPECT_TRUE(details_of(answer).contains("/descripton")) << answer.body;
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRouteWithJson, testing::ValuesIn(routes_that(takes_json)), route_name);

}  // namespace
}  // namespace keyward::e2e
