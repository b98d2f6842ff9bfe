#include "api/handlers/handlers.hpp"
#include "crypto/password.hpp"
#include "tests/unit/api/application_fixture.hpp"

namespace keyward::api {
namespace {

const std::string token_path = "/apiops/auth/token";

class AuthResource : public ApplicationTest {
  protected:
    AuthResource() {
        std::string password = "open-sesame-1";
        static const std::string hash = hash_password(SecretBytes::take(password));
        fixture_.catalogue->users.create_user("bob", hash, {});
    }

    http::Response post(const std::string& body,
                        const std::string& type = "application/x-www-form-urlencoded",
                        const std::string& path = token_path) {
        return send(http::Method::post, path, {{"content-type", type}}, body);
    }
    static std::string description_of(const http::Response& response) {
        return Json::parse(response.body).value("error_description", "");
    }
    void expect_refused(const std::string& body, const std::string& error, const std::string& description) {
        const auto response = post(body);
        EXPECT_EQ(response.status, 400) << body;
        EXPECT_EQ(error_of(response), error) << body;
        EXPECT_EQ(description_of(response), description) << body;
        EXPECT_FALSE(Json::parse(response.body)["requestId"].empty());
    }

    const std::string good_ = "grant_type=client_credentials&client_id=bob&client_secret=open-sesame-1";
};

TEST_F(AuthResource, AnswersWithATokenForAnHour) {
    const auto response = post(good_);
    EXPECT_EQ(response.status, 200) << response.body;
    const Json body = Json::parse(response.body);
    ASSERT_EQ(body.size(), 3U);
    EXPECT_TRUE(service::is_api_token(body["access_token"].get<std::string>()));
    EXPECT_EQ(body["token_type"].get<std::string>(), "Bearer");
    EXPECT_EQ(body["expires_in"].get<int>(), 3600);
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
}

TEST_F(AuthResource, TheTokenWorksAtOnce) {
    fixture_.catalogue->users.add_grant(fixture_.catalogue->users.find_user("bob")->id,
                                        {fixture_.project.id, Permission::use, {}}, {});
    const std::string token = Json::parse(post(good_).body)["access_token"];
    EXPECT_EQ(send(http::Method::get, "/apiops/projects/MyProject/environments",
                   {{"authorization", "Bearer " + token}})
                  .status,
              200);
}

TEST_F(AuthResource, NeedsNoLoginAndMindsNone) {
    const http::Headers headers{{"authorization", "Bearer nonsense"},
                                {"content-type", "application/x-www-form-urlencoded"}};
    EXPECT_EQ(send(http::Method::post, token_path + "/", headers, good_).status, 200);
}

TEST_F(AuthResource, AWrongPasswordIsBadCredentials) {
    const auto response = post("grant_type=client_credentials&client_id=bob&client_secret=open-sesame-2");
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(error_of(response), "unauthorized_client");
    EXPECT_EQ(description_of(response), "Bad credentials");
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Bearer error=\"unauthorized_client\"");
}

TEST_F(AuthResource, AnotherGrantTypeIsRefusedWhateverElseIsThere) {
    for (const char* body : {"", "client_id=bob&client_secret=open-sesame-1", "grant_type=",
                             "grant_type=password&username=bob&password=x", "grant_type=Client_Credentials",
                             "grant_type=client_credentials%20&client_id=bob&client_secret=open-sesame-1"})
        expect_refused(body, "unsupported_grant_type", "GrantType value must be client_credentials!");
}

TEST_F(AuthResource, WhatIsMissingIsNamed) {
    const std::string grant = "grant_type=client_credentials";
    expect_refused(grant, "invalid_request", "client_id is missing; client_secret is missing");
    expect_refused(grant + "&client_id=bob", "invalid_request", "client_secret is missing");
    expect_refused(grant + "&client_id=&client_secret=x", "invalid_request", "client_id is missing");
}

TEST_F(AuthResource, UnknownParametersAreRefusedAndNotQuoted) {
    expect_refused(good_ + "&rest-of-a-password&scope=x", "invalid_request",
                   "2 of the parameters are not grant_type, client_id or client_secret; an & in a value is "
                   "sent as %26");
}

TEST_F(AuthResource, WhatCanBeNoUsersNameIsRefused) {
    for (const std::string& id : {std::string("a%00b"), std::string("a%0Ab"), std::string(256, 'a')})
        expect_refused("grant_type=client_credentials&client_secret=x&client_id=" + id, "invalid_request",
                       "client_id must have at most 255 bytes without control characters");
}

TEST_F(AuthResource, AMalformedBodyIsRefused) {
    expect_refused(good_ + "&client_id=bob", "invalid_request", "The body has a parameter more than once");
}

TEST_F(AuthResource, AnotherMediaTypeIsRefused) {
    for (const char* type : {"application/json", "text/plain", "multipart/form-data", "",
                             "application/x-www-form-urlencoded; charset=latin-1"}) {
        const auto response = post(good_, type);
        EXPECT_EQ(response.status, 415) << type;
        EXPECT_EQ(description_of(response),
                  "The body must be sent with Content-Type: application/x-www-form-urlencoded");
    }
    EXPECT_EQ(post("", "application/x-www-form-urlencoded; charset=UTF-8").status, 400);
    EXPECT_EQ(send(http::Method::post, token_path, {}, good_).status, 415);
}

TEST_F(AuthResource, QueryParametersAreRefused) {
    EXPECT_EQ(error_of(post(good_, "application/x-www-form-urlencoded", token_path + "?client_secret=x")),
              "validation_failed");
}

TEST_F(AuthResource, HasNoOtherMethod) {
    const auto response = send(http::Method::get, token_path, manager());
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(header_of(response, "Allow"), "POST, OPTIONS");
    EXPECT_EQ(send(http::Method::get, token_path).status, 401);
}

TEST_F(AuthResource, AfterFiveFailuresTheAnswerSaysHowLongToWait) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(post("grant_type=client_credentials&client_id=bob&client_secret=x").status, 401);
    const auto response = post(good_);
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(error_of(response), "too_many_requests");
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
    steady_now_ += std::chrono::seconds(1);
    EXPECT_EQ(post(good_).status, 200);
}

}  // namespace
}  // namespace keyward::api
