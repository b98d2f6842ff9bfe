#include "api/handlers/handlers.hpp"
#include "tests/unit/api/use_fixture.hpp"

namespace keyward::api {
namespace {

class UseResource : public UseTest {
  protected:
    static std::vector<std::string> members_of(const Json& object) {
        std::vector<std::string> names;
        for (auto member = object.begin(); member != object.end(); ++member)
            names.push_back(member.key());
        return names;
    }
    static std::size_t octets_in(const Json& text) {
        return from_base64(text.get_ref<const std::string&>()).value().size();
    }
    /// What decrypts the answer of an encryption.
    static Json reversed(const Json& encrypted, const std::string& mechanism) {
        Json body{{"mechanism", mechanism}, {"input", encrypted["output"]}};
        for (const char* name : {"iv", "tag"})
            if (encrypted.contains(name)) body[name] = encrypted[name];
        return body;
    }
};

using Names = std::vector<std::string>;

TEST_F(UseResource, AnEncryptionWithGcmAnswersItsIvAndTag) {
    create_secret("k", "AES");
    const Json answer = used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", "c2VjcmV0"}});
    EXPECT_EQ(members_of(answer), (Names{"iv", "output", "success", "tag"}));
    EXPECT_TRUE(answer["success"].get<bool>());
    EXPECT_EQ(octets_in(answer["output"]), 6U);
    EXPECT_EQ(octets_in(answer["iv"]), 12U);
    EXPECT_EQ(octets_in(answer["tag"]), 16U);
}

TEST_F(UseResource, MembersStandInTheContractsOrder) {
    create_secret("k", "AES");
    const std::string body = use("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", ""}}).body;
    EXPECT_TRUE(body.starts_with(R"({"success":true,"output":"","iv":")")) << body;
}

TEST_F(UseResource, AnIvThatIsSentIsUsedAndAnswered) {
    create_secret("k", "AES");
    const std::string iv = to_base64(random_secret(12).reveal());
    EXPECT_EQ(
        used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", ""}, {"iv", iv}})["iv"].get<std::string>(),
        iv);
}

TEST_F(UseResource, EveryEncryptionGetsAnotherIv) {
    create_secret("k", "AES");
    const Json body{{"mechanism", "AES-GCM"}, {"input", ""}};
    EXPECT_NE(used("encrypt", "k", body)["iv"].get<std::string>(),
              used("encrypt", "k", body)["iv"].get<std::string>());
}

TEST_F(UseResource, WhatWasEncryptedIsDecrypted) {
    create_secret("k", "AES");
    Json body = reversed(
        used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", "c2VjcmV0"}, {"aad", "YQ=="}}), "AES-GCM");
    body["aad"] = "YQ==";
    EXPECT_EQ(used("decrypt", "k", body).dump(), R"({"output":"c2VjcmV0","success":true})");
}

TEST_F(UseResource, NothingCanBeEncryptedToo) {
    create_secret("k", "AES");
    const Json encrypted =
        used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", ""}, {"aad", ""}, {"batch", nullptr}});
    EXPECT_EQ(encrypted["output"].get<std::string>(), "");
    EXPECT_EQ(used("decrypt", "k", reversed(encrypted, "AES-GCM"))["output"].get<std::string>(), "");
}

TEST_F(UseResource, AMechanismWithoutATagAnswersNone) {
    create_secret("k", "AES", {"AES-CTR"});
    EXPECT_EQ(members_of(used("encrypt", "k", {{"mechanism", "AES-CTR"}, {"input", "AAAA"}})),
              (Names{"iv", "output", "success"}));
}

TEST_F(UseResource, AMechanismWithoutAnIvAnswersNone) {
    create_rsa("k");
    EXPECT_EQ(members_of(used("encrypt", "k",
                              {{"mechanism", "RSA-PKCS-OAEP"}, {"input", "AAAA"}, {"hash", "SHA-1"}})),
              (Names{"output", "success"}));
}

TEST_F(UseResource, ADecryptionThatFailsIsAnAnswer) {
    create_secret("k", "AES");
    Json body = reversed(used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", "c2VjcmV0"}}), "AES-GCM");
    body["tag"] = to_base64(random_secret(16).reveal());
    EXPECT_EQ(use("decrypt", "k", body).body,
              R"({"success":false,"message":"The input could not be decrypted"})");
}

TEST_F(UseResource, ASignatureIsAnsweredAndVerified) {
    create_secret("k", "HMAC");
    Json body{{"mechanism", "SHA256-HMAC"}, {"input", "c2VjcmV0"}};
    const Json answer = used("sign", "k", body);
    EXPECT_EQ(members_of(answer), (Names{"signature", "success"}));
    body["signature"] = answer["signature"];
    EXPECT_EQ(use("verify", "k", body).body, R"({"success":true,"valid":true})");
}

TEST_F(UseResource, ASignatureThatDoesNotFitIsAnAnswer) {
    create_secret("k", "HMAC");
    for (const char* signature : {"", "AAAA"})
        EXPECT_EQ(
            use("verify", "k", {{"mechanism", "SHA256-HMAC"}, {"input", ""}, {"signature", signature}}).body,
            R"({"success":true,"valid":false})");
}

TEST_F(UseResource, ADigestStandsForItsInput) {
    create_ec("k");
    const Json signature = used("sign", "k", {{"mechanism", "ECDSA-SHA256"}, {"input", "AAAA"}})["signature"];
    const std::string digest = to_base64(sha256(Bytes(3)));
    const Json body{{"mechanism", "ECDSA-SHA256"}, {"digest", digest}, {"signature", signature}};
    EXPECT_TRUE(used("verify", "k", body)["valid"].get<bool>());
}

TEST_F(UseResource, AnEcdsaSignatureIsDerUnlessRawIsAskedFor) {
    create_ec("k");
    const auto signature = [&](const Json& more) {
        Json body{{"mechanism", "ECDSA-SHA256"}, {"input", ""}};
        body.update(more);
        return from_base64(used("sign", "k", body)["signature"].get<std::string>()).value();
    };
    EXPECT_EQ(signature({{"format", "raw"}}).size(), 64U);
    EXPECT_EQ(signature({{"format", "der"}}).reveal()[0], 0x30);
    EXPECT_EQ(signature(Json::object()).reveal()[0], 0x30);
}

TEST_F(UseResource, ABatchIsAnsweredInItsOrder) {
    create_secret("k", "AES");
    Json batch = Json::array();
    for (const char* input : {"AAAA", "", "c2VjcmV0"})
        batch.push_back({{"mechanism", "AES-GCM"}, {"input", input}});
    const Json encrypted = used("encrypt", "k", {{"batch", batch}});
    EXPECT_EQ(members_of(encrypted), (Names{"results", "success"}));
    Json back = Json::array();
    for (const Json& result : encrypted["results"])
        back.push_back(reversed(result, "AES-GCM"));
    EXPECT_EQ(use("decrypt", "k", {{"batch", back}}).body,
              R"({"success":true,"results":[{"success":true,"output":"AAAA"},{"success":true,"output":""},)"
              R"({"success":true,"output":"c2VjcmV0"}]})");
}

TEST_F(UseResource, ABatchOfOneIsABatch) {
    create_secret("k", "AES");
    const Json answer = used("encrypt", "k", {{"batch", {{{"mechanism", "AES-GCM"}, {"input", ""}}}}});
    EXPECT_EQ(answer["results"].size(), 1U);
}

TEST_F(UseResource, WhatFailsInABatchFailsAlone) {
    create_secret("k", "AES");
    const Json encrypted = used("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", "AAAA"}});
    const Json right = reversed(encrypted, "AES-GCM");
    Json wrong = right;
    wrong["tag"] = to_base64(random_secret(16).reveal());
    EXPECT_EQ(use("decrypt", "k", {{"batch", {right, wrong, right}}}).body,
              R"({"success":true,"results":[{"success":true,"output":"AAAA"},)"
              R"({"success":false,"message":"The input could not be decrypted"},)"
              R"({"success":true,"output":"AAAA"}]})");
}

TEST_F(UseResource, ABatchHasAThousandOperationsAtMost) {
    create_secret("k", "AES");
    const auto batch_of = [](std::size_t size) {
        return Json{{"batch", std::vector<Json>(size, {{"mechanism", "AES-GCM"}, {"input", "AAAA"}})}};
    };
    EXPECT_EQ(used("encrypt", "k", batch_of(1000))["results"].size(), 1000U);
    EXPECT_EQ(mistakes_of("encrypt", "k", batch_of(1001)),
              (std::vector{Mistake{"/batch", "must have 1 to 1000 entries, but has 1001"}}));
}

TEST_F(UseResource, OneWrongOperationRefusesTheWholeBatchBeforeAnythingIsDone) {
    create_secret("k", "AES");
    const Json right{{"mechanism", "AES-GCM"}, {"input", "AAAA"}};
    Json wrong = right;
    wrong["iv"] = "AAAA";
    EXPECT_EQ(mistakes_of("encrypt", "k", {{"batch", {right, right, right, wrong}}}),
              (std::vector{Mistake{"/batch/3/iv", "must have 12 octets, but has 3"}}));
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(UseResource, IsSlowedDownWhenDecryptionsThatAreAnOracleFail) {
    create_secret("k", "AES", {"AES-CBC-PAD"});
    const std::string block = to_base64(random_secret(16).reveal());
    const Json body{{"mechanism", "AES-CBC-PAD"}, {"input", block}, {"iv", block}};
    int failures = 0;
    while (use("decrypt", "k", body).status == 200)
        ++failures;
    EXPECT_EQ(failures, 17);
    const auto response = use("decrypt", "k", body);
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(error_of(response), "too_many_requests");
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
    EXPECT_EQ(use("encrypt", "k", {{"mechanism", "AES-CBC-PAD"}, {"input", "AAAA"}}).status, 200);
    steady_now_ += std::chrono::seconds(1);
    EXPECT_EQ(use("decrypt", "k", body).status, 200);
}

TEST_F(UseResource, ATokenThatCanNotBeReachedIsA503ThatNamesTheEnvironment) {
    create_secret("k", "AES");
    fixture_.production->set_reachable(false);
    const Json operation{{"mechanism", "AES-GCM"}, {"input", ""}};
    for (const Json& body : {operation, Json{{"batch", {operation}}}}) {
        const auto response = use("encrypt", "k", body);
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(error_of(response), "hsm_unavailable");
        EXPECT_EQ(text(response), "production: The token can't be reached");
        EXPECT_EQ(header_of(response, "Retry-After"), "1");
    }
}

TEST_F(UseResource, ABusyTokenIsA503Too) {
    create_secret("k", "AES");
    fixture_.production->fail_next_operation(TokenFault::busy, "The token is busy");
    const auto response = use("encrypt", "k", {{"mechanism", "AES-GCM"}, {"input", ""}});
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(error_of(response), "overloaded");
}

TEST_F(UseResource, NeedsAPermissionOfItsOwn) {
    create_secret("k", "AES");
    const std::string body = Json{{"mechanism", "AES-GCM"}, {"input", ""}}.dump();
    const auto refused = [&](const http::Headers& headers) {
        const auto response = send(http::Method::post, path("encrypt", "k"), headers, body);
        EXPECT_EQ(response.status, 403);
        return text(response);
    };
    const std::string expected = "The permission SECRETS:USE in project MyProject is required";
    EXPECT_EQ(refused(manager_), expected);
    EXPECT_EQ(refused(login({{"", Permission::admin, {}}})), expected);
}

TEST_F(UseResource, OfAnEnvironmentOutsideTheGrantIsNotFound) {
    create_secret("k", "AES");
    const std::string body = Json{{"mechanism", "AES-GCM"}, {"input", ""}}.dump();
    const http::Headers limited = login({{fixture_.project.id, Permission::use, {"staging"}}});
    EXPECT_EQ(send(http::Method::post, path("encrypt", "k", "staging"), limited, body).status, 200);
    for (const char* environment : {"production", "nowhere"}) {
        const auto response = send(http::Method::post, path("encrypt", "k", environment), limited, body);
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(text(response), "Environment (name: " + std::string(environment) +
                                      ") is not found or user does not have privilege to access it!");
    }
}

TEST_F(UseResource, OfAKeyThatIsNotThereIsNotFound) {
    const auto response = use("sign", "none", {{"mechanism", "EDDSA"}, {"input", ""}});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(text(response), "Key (name: none) is not found");
}

TEST_F(UseResource, KnowsNoQueryParameter) {
    create_secret("k", "AES");
    const auto response =
        send(http::Method::post, path("encrypt", "k") + "?dryRun=true", user_, R"({"mechanism":"AES-GCM"})");
    const Json details = Json::parse(response.body)["details"];
    EXPECT_EQ(details[0]["pointer"].get<std::string>(), "?dryRun");
    EXPECT_EQ(details[1]["pointer"].get<std::string>(), "/input");
}

}  // namespace
}  // namespace keyward::api
