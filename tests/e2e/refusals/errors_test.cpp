#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

std::string taken(const std::string& name) {
    return "Key (name: " + name + ") is already exist! Try update operation if want to change its value.";
}

std::string no_environment(const std::string& name) {
    return "Environment (name: " + name + ") is not found or user does not have privilege to access it!";
}

class Errors : public LiveKeyward {
  protected:
    static void SetUpTestSuite() { start({.outside = {"elsewhere"}}); }

    Answer create_in(const std::string& environment) {
        return create(
            create_body(unique_name(), "SECRET_KEY", "AES", {{environment, base64(random_octets(32))}}));
    }
    std::vector<std::string> allowed(const Answer& answer) {
        std::vector<std::string> methods;
        std::string word;
        for (const char c : answer.field("allow") + ",") {
            if (c == ',' && !word.empty()) methods.push_back(std::exchange(word, {}));
            if (c != ',' && c != ' ') word += c;
        }
        return methods;
    }
};

TEST_F(Errors, SayThatANameIsTaken) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    expect_problem(create(aes_body(name)), 400, "bad_request", taken(name));
}

TEST_F(Errors, SayThatANameIsTakenByAnotherTypeToo) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const json hmac = create_body(name, "SECRET_KEY", "HMAC", {{"staging", base64(random_octets(64))}});
    expect_problem(create(hmac), 400, "bad_request", taken(name));
}

TEST_F(Errors, SayThatANameOfUnicodeIsTaken) {
    const std::string name = "schlüssel \"鍵\" " + unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    expect_problem(create(aes_body(name)), 400, "bad_request", taken(name));
}

TEST_F(Errors, SayThatAnEnvironmentIsUnknown) {
    expect_problem(create_in("nowhere"), 400, "bad_request", no_environment("nowhere"));
}

TEST_F(Errors, SayTheSameOfAnEnvironmentOutsideTheProject) {
    expect_problem(create_in("elsewhere"), 400, "bad_request", no_environment("elsewhere"));
}

TEST_F(Errors, LeaveNothingBehindWhenOneEnvironmentIsUnknown) {
    const std::string name = unique_name();
    const std::string content = base64(random_octets(32));
    const json body = create_body(name, "SECRET_KEY", "AES", {{"production", content}, {"nowhere", content}});
    expect_problem(create(body), 400, "bad_request", no_environment("nowhere"));
    expect_problem(get_key(name), 404, "not_found");
}

TEST_F(Errors, NameTheMethodsThatTheKeysHave) {
    const Answer answer = send({.method = "PATCH", .path = keys_path(), .token = home().token()});
    expect_problem(answer, 405, "method_not_allowed");
    EXPECT_THAT(allowed(answer), testing::Contains("POST"));
    EXPECT_THAT(allowed(answer), testing::Not(testing::Contains("PATCH")));
}

TEST_F(Errors, NameTheMethodsThatOneKeyHas) {
    const Answer answer = send({.method = "PATCH", .path = key_path("x"), .token = home().token()});
    expect_problem(answer, 405, "method_not_allowed");
    EXPECT_THAT(allowed(answer), testing::Contains("GET"));
    EXPECT_THAT(allowed(answer), testing::Not(testing::Contains("PATCH")));
}

TEST_F(Errors, NameTheMethodsThatHealthHas) {
    const Answer answer = send({.method = "DELETE", .path = "/health/live"});
    expect_problem(answer, 405, "method_not_allowed");
    EXPECT_THAT(allowed(answer), testing::Contains("GET"));
}

class UnknownRoute : public Errors, public testing::WithParamInterface<const char*> {};

TEST_P(UnknownRoute, IsNotFound) {
    expect_problem(get(GetParam()), 404, "not_found");
}

INSTANTIATE_TEST_SUITE_P(Routes, UnknownRoute,
                         testing::Values("/", "/apiops/", "/apiops", "/apiops/projects/MyProject/nothing/",
                                         "/apiops/projects/MyProject/keys/a/b/",
                                         "/apiops/projects/MyProject/keys/a/environments",
                                         "/APIOPS/projects/MyProject/keys/x/", "/health", "/health/",
                                         "/health/live/x", "/apiops/project/MyProject/keys/",
                                         "/apiops%2Fprojects/MyProject/keys/x/", "/favicon.ico", "/..",
                                         "/apiops/../health/live"));

TEST_F(Errors, SayThatAProjectIsUnknown) {
    expect_problem(get("/apiops/projects/NoProject/keys/x/"), 404, "not_found");
    expect_problem(post("/apiops/projects/NoProject/keys/", text_of(aes_body("x"))), 404, "not_found");
}

TEST_F(Errors, TellUpperFromLowerCaseProjects) {
    expect_problem(get("/apiops/projects/myproject/keys/x/"), 404, "not_found");
}

class WrongType : public Errors, public testing::WithParamInterface<const char*> {};

TEST_P(WrongType, IsUnsupported) {
    const Answer answer = send({.method = "POST",
                                .path = keys_path(),
                                .body = text_of(aes_body(unique_name())),
                                .token = home().token(),
                                .fields = {std::string("Content-Type: ") + GetParam()}});
    expect_problem(answer, 415, "unsupported_media_type");
}

INSTANTIATE_TEST_SUITE_P(Types, WrongType,
                         testing::Values("text/plain", "application/x-www-form-urlencoded", "application/xml",
                                         "multipart/form-data", "application/json; charset=iso-8859-1",
                                         "application/json; charset=utf-16", "application/jsonp",
                                         "application/problem+json", "application", "*/*", "nonsense"));

TEST_F(Errors, RefuseABodyWithoutAType) {
    const Answer answer = send({.method = "POST",
                                .path = keys_path(),
                                .body = text_of(aes_body(unique_name())),
                                .token = home().token(),
                                .fields = {"Content-Type:"}});
    expect_problem(answer, 415, "unsupported_media_type");
}

class RightType : public Errors, public testing::WithParamInterface<const char*> {};

TEST_P(RightType, IsTaken) {
    const Answer answer = send({.method = "POST",
                                .path = keys_path(),
                                .body = text_of(aes_body(unique_name())),
                                .token = home().token(),
                                .fields = {std::string("Content-Type: ") + GetParam()}});
    EXPECT_EQ(answer.status, 200) << answer.body;
}

INSTANTIATE_TEST_SUITE_P(Types, RightType,
                         testing::Values("application/json", "Application/JSON",
                                         "application/json;charset=utf-8",
                                         "application/json; charset=\"UTF-8\"",
                                         "application/json ; charset=utf-8"));

TEST_F(Errors, RefuseABodyOverTheLimit) {
    std::string body = text_of(aes_body(unique_name()));
    body.append((1U << 20U) + 1 - body.size(), ' ');
    expect_problem(post(keys_path(), body), 413, "payload_too_large");
}

TEST_F(Errors, RefuseAnUnknownQueryParameterOfACreate) {
    expect_problem(post(keys_path() + "?dryrun=true", text_of(aes_body(unique_name()))), 400,
                   "validation_failed");
}

TEST_F(Errors, RefuseAValueOfOnFailureThatIsNone) {
    expect_problem(post(keys_path() + "?onFailure=undo", text_of(aes_body(unique_name()))), 400,
                   "validation_failed");
}

TEST_F(Errors, RefuseAQueryParameterThatComesTwice) {
    expect_problem(
        post(keys_path() + "?onFailure=rollback&onFailure=rollback", text_of(aes_body(unique_name()))), 400,
        "validation_failed");
}

class RequestId : public Errors, public testing::WithParamInterface<const char*> {};

class SaneRequestId : public RequestId {};
TEST_P(SaneRequestId, ComesBack) {
    const Answer answer =
        send({.path = "/health/live", .fields = {std::string("X-Request-Id: ") + GetParam()}});
    EXPECT_EQ(answer.field("x-request-id"), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Ids, SaneRequestId,
                         testing::Values("abc-123", "7f9c24e8-3b13-4f2a-9d7c-1a2b3c4d5e6f", "A.b_c-9"));

class StrangeRequestId : public RequestId {};
TEST_P(StrangeRequestId, IsReplaced) {
    const Answer answer =
        send({.path = "/health/live", .fields = {std::string("X-Request-Id: ") + GetParam()}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_NE(answer.field("x-request-id"), GetParam());
    EXPECT_GE(answer.field("x-request-id").size(), 16U);
}
INSTANTIATE_TEST_SUITE_P(Ids, StrangeRequestId,
                         testing::Values("two words", "quo\"te", "<script>", "ümlaut"));

TEST_F(Errors, ReplaceARequestIdOfAThousandCharacters) {
    const Answer answer =
        send({.path = "/health/live", .fields = {"X-Request-Id: " + std::string(1000, 'a')}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_LT(answer.field("x-request-id").size(), 256U);
}

TEST_F(Errors, GiveEachRequestAnIdOfItsOwn) {
    EXPECT_NE(get("/health/live").field("x-request-id"), get("/health/live").field("x-request-id"));
}

TEST_F(Errors, AnswerOptionsWithTheMethods) {
    const Answer answer = send({.method = "OPTIONS", .path = keys_path(), .token = home().token()});
    EXPECT_THAT(answer.status, testing::AnyOf(200, 204)) << answer.body;
    EXPECT_THAT(allowed(answer), testing::Contains("POST"));
}

TEST_F(Errors, AnswerHeadOfHealthWithoutABody) {
    const Answer answer = send({.method = "HEAD", .path = "/health/live"});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
}

TEST_F(Errors, HaveTheFieldsOfEveryAnswer) {
    expect_common_fields(get("/health/live"));
    expect_common_fields(get("/health/ready"));
    expect_common_fields(create(aes_body(unique_name())));
}

class Health : public Errors {};

TEST_F(Health, IsReadyWithoutALogin) {
    const Answer answer = send({.path = "/health/ready"});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json()["status"], "ready") << answer.body;
}

TEST_F(Health, NamesEnvironmentsForAValidTokenOnly) {
    // A caller whose token cannot be checked at once gets the answer for callers without one.
    EXPECT_TRUE(
        test::comes_true([&] { return get("/health/ready").body.find("production") != std::string::npos; }));
    EXPECT_EQ(send({.path = "/health/ready"}).body.find("production"), std::string::npos);
    EXPECT_EQ(send({.path = "/health/ready", .token = "kw_wrong"}).body.find("production"),
              std::string::npos);
}

TEST_F(Health, RefusesAnUnknownQueryParameter) {
    expect_problem(send({.path = "/health/live?verbose=1"}), 400, "validation_failed");
}

TEST_F(Health, WorksWithTheTrailingSlash) {
    EXPECT_EQ(send({.path = "/health/live/"}).status, 200);
    EXPECT_EQ(send({.path = "/health/ready/"}).status, 200);
}

}  // namespace
}  // namespace keyward::e2e
