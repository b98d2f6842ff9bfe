#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

class Batch : public KeyUse {
  protected:
    static json batch_of(const std::vector<json>& operations) { return {{"batch", operations}}; }
    /// The results of a batch, whose status must be 200.
    json results(const std::string& name, const char* call, const std::vector<json>& operations) {
        const json answer = used(name, call, batch_of(operations));
        EXPECT_EQ(answer.value("success", false), true) << answer;
        EXPECT_EQ(answer.size(), 2U);
        EXPECT_EQ(answer["results"].size(), operations.size());
        return answer["results"];
    }
};

TEST_F(Batch, OfAThousandIsAnsweredInItsOrder) {
    const std::string name = gcm_key();
    std::vector<json> there;
    there.reserve(1000);
    for (int i = 0; i < 1000; ++i)
        there.push_back(operation("AES-GCM", "message " + std::to_string(i)));
    std::vector<json> back;
    for (const json& result : results(name, "encrypt", there))
        back.push_back(reversed("AES-GCM", result));
    const json opened = results(name, "decrypt", back);
    for (std::size_t i = 0; i < opened.size(); ++i)
        ASSERT_EQ(octets_in(opened[i], "output"), "message " + std::to_string(i));
}

TEST_F(Batch, OfAThousandAndOneIsRefused) {
    const std::vector<json> too_many(1001, operation("AES-GCM", ""));
    const Answer answer = use(gcm_key(), "encrypt", batch_of(too_many));
    expect_wrong_fields(answer, {"/batch"});
    EXPECT_EQ(details_of(answer)["/batch"], "must have 1 to 1000 entries, but has 1001");
}

TEST_F(Batch, OfNothingIsRefused) {
    expect_wrong_fields(use(gcm_key(), "encrypt", {{"batch", json::array()}}), {"/batch"});
}

TEST_F(Batch, TellsOfOneDecryptionThatFailsInItsPlace) {
    const std::string name = gcm_key();
    const json right = reversed("AES-GCM", used(name, "encrypt", operation("AES-GCM", "message")));
    json wrong = right;
    wrong["tag"] = base64(damaged(octets_in(right, "tag")));
    const json opened = results(name, "decrypt", {right, wrong, right});
    EXPECT_EQ(octets_in(opened[0], "output"), "message");
    EXPECT_EQ(opened[1].dump(), R"({"message":"The input could not be decrypted","success":false})");
    EXPECT_EQ(octets_in(opened[2], "output"), "message");
}

TEST_F(Batch, TellsWhichSignaturesFit) {
    const std::string name = secret("HMAC", random_octets(32));
    json right = operation("SHA256-HMAC", "message");
    right["signature"] = base64(signature(name, right));
    json wrong = right;
    wrong["input"] = base64("another message");
    const json verified = results(name, "verify", {wrong, right, wrong});
    EXPECT_EQ(
        verified.dump(),
        R"([{"success":true,"valid":false},{"success":true,"valid":true},{"success":true,"valid":false}])");
}

TEST_F(Batch, MayMixTheKeysMechanisms) {
    const std::string name = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der);
    const json made = results(name, "sign",
                              {operation("SHA256-RSA-PKCS", "m"), operation("SHA512-RSA-PKCS-PSS", "m"),
                               operation("SHA384-RSA-PKCS", "m")});
    EXPECT_TRUE(verifies(name, operation("SHA512-RSA-PKCS-PSS", "m"), octets_in(made[1], "signature")));
    EXPECT_FALSE(verifies(name, operation("SHA256-RSA-PKCS", "m"), octets_in(made[1], "signature")));
    EXPECT_TRUE(verifies(name, operation("SHA384-RSA-PKCS", "m"), octets_in(made[2], "signature")));
}

TEST_F(Batch, IsRefusedWholeForOneWrongOperation) {
    json wrong = operation("AES-GCM", "");
    wrong["iv"] = base64(random_octets(16));
    const Answer answer =
        use(gcm_key(), "encrypt", batch_of({operation("AES-GCM", ""), wrong, operation("AES-CTR", "")}));
    expect_wrong_fields(answer, {"/batch/1/iv", "/batch/2/mechanism"});
    EXPECT_EQ(details_of(answer)["/batch/1/iv"], "must have 12 octets, but has 16");
}

TEST_F(Batch, StandsAloneInItsBody) {
    json body = batch_of({operation("AES-GCM", "")});
    body.update(operation("AES-GCM", ""));
    expect_wrong_fields(use(gcm_key(), "encrypt", body), {"/mechanism", "/input"});
}

TEST_F(Batch, OfLargeMessagesFillsABody) {
    const std::string name = gcm_key();
    const std::string message = random_octets(300'000);
    const std::vector<json> both(2, operation("AES-GCM", message));
    for (const json& result : results(name, "encrypt", both))
        EXPECT_EQ(decrypted(name, reversed("AES-GCM", result)), message);
}

}  // namespace
}  // namespace keyward::e2e
