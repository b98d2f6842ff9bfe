#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// The contract's example, and the composition of error_description. The table of malformed bodies covers the
/// other cases.
class FieldErrors : public LiveKeyward {};

TEST_F(FieldErrors, ReadAsInTheContract) {
    json body = aes_body("");
    body["keyType"] = "SYMMETRIC";
    const Answer answer = create(body);
    expect_problem(answer, 400, "validation_failed",
                   "2 fields are wrong: /name must not be empty; /keyType must be one of SECRET_KEY, "
                   "PRIVATE_KEY, PUBLIC_KEY, RSA");
    EXPECT_EQ(answer.json()["details"], json::parse(R"([{"pointer": "/name", "message": "must not be empty"},
                              {"pointer": "/keyType", "message": "must be one of SECRET_KEY, PRIVATE_KEY, PUBLIC_KEY, RSA"}])"));
}

TEST_F(FieldErrors, OfOneFieldReadAsOne) {
    expect_problem(create(aes_body("")), 400, "validation_failed",
                   "1 field is wrong: /name must not be empty");
}

TEST_F(FieldErrors, NeverRepeatTheContent) {
    const std::string content = base64(random_octets(31));
    const Answer answer = create(create_body(unique_name(), "SECRET_KEY", "AES", {{"production", content}}));
    expect_wrong_fields(answer, {"/cryptoKeyInfoEnvironmentList/0/content"});
    EXPECT_EQ(answer.body.find(content.substr(0, 12)), std::string::npos);
}

TEST_F(FieldErrors, SayWhatWasFoundAndWhatWasExpected) {
    const json body =
        create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(31))}});
    const std::string message = details_of(create(body))["/cryptoKeyInfoEnvironmentList/0/content"];
    for (const char* word : {"31", "16", "24", "32"})
        EXPECT_NE(message.find(word), std::string::npos) << message;
}

/// SP 800-57 part 1, 5.2: one purpose a key. AES-CTR decrypts what AES-GCM encrypted.
TEST_F(FieldErrors, RefuseMechanismsOfTwoPurposes) {
    for (const char* second : {"AES-CTR", "AES-CMAC"}) {
        json body = aes_body(unique_name());
        body["mechanisms"] = {"AES-GCM", second};
        const Answer answer = create(body);
        EXPECT_EQ(answer.status, 400) << second;
        EXPECT_EQ(answer.json().value("error", ""), "validation_failed") << second;
    }
}

TEST_F(FieldErrors, RefuseAnExpectedValueThatIsNoneWithoutRepeatingIt) {
    const std::string pasted = base64(random_octets(32));
    json body = aes_body(unique_name());
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] = pasted;
    const Answer answer = create(body);
    expect_wrong_fields(answer, {"/cryptoKeyInfoEnvironmentList/0/expectedKeyCheckValue"});
    EXPECT_EQ(answer.body.find(pasted), std::string::npos) << "somebody may have put the key itself there";
    EXPECT_EQ(server().log().find(pasted), std::string::npos);
}

TEST_F(FieldErrors, RefuseDifferentAlgorithmsInOneKey) {
    const Answer answer = create(
        create_body(unique_name(), "SECRET_KEY", "",
                    {{"production", base64(random_octets(32))}, {"staging", base64(random_octets(8))}}));
    expect_problem(answer, 400, "validation_failed");
}

}  // namespace
}  // namespace keyward::e2e
