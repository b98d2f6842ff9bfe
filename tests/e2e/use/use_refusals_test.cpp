#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

/// The default: without legacy mechanisms.
class UseRefusals : public KeyUse {
  protected:
    void expect_mistake(const Answer& answer, const std::string& pointer, const std::string& message) {
        expect_wrong_fields(answer, {pointer});
        EXPECT_EQ(details_of(answer)[pointer], message);
    }
};

TEST_F(UseRefusals, LegacyMechanismsAreRefusedThoughTheirKeysAreTaken) {
    const std::string off =
        "is a legacy mechanism, which the configuration does not allow (policy.legacy_mechanisms); the key "
        "has "
        "none to ";
    for (const auto& [mechanism, name] :
         {std::pair{"DES-CBC-PAD", secret("DES", des_key(8))},
          std::pair{"DES3-CBC-PAD", secret("DESede", des_key(24))},
          std::pair{"AES-ECB", secret("AES", random_octets(16), {"AES-ECB"})},
          std::pair{"RSA-PKCS",
                    new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der, {"RSA-PKCS"})}}) {
        SCOPED_TRACE(mechanism);
        for (const std::string call : {"encrypt", "decrypt"})
            expect_mistake(use(name, call, operation(mechanism, std::string(16, 'x'))), "/mechanism",
                           off + call);
    }
}

TEST_F(UseRefusals, AMechanismThatIsNotTheKeysListsThoseThatAre) {
    const std::string name = gcm_key();
    expect_mistake(use(name, "encrypt", operation("AES-CBC-PAD", "")), "/mechanism",
                   "is not among the key's mechanisms; the key has AES-GCM to encrypt");
    expect_mistake(use(name, "sign", operation("AES-CMAC", "")), "/mechanism",
                   "is not among the key's mechanisms; the key has none to sign");
    expect_mistake(use(name, "encrypt", operation("RSA-PKCS-OAEP", "")), "/mechanism",
                   "is for RSA keys, but the key is for AES; the key has AES-GCM to encrypt");
}

TEST_F(UseRefusals, OaepWithAHashThatTheTokenLacksListsThoseThatItHas) {
    for (const std::string& name : {new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der),
                                    new_key("PUBLIC_KEY", "RSA", key_pair("RSA-2048").spki_der)})
        expect_mistake(
            use(name, "encrypt", operation("RSA-PKCS-OAEP", "message", {{"hash", "SHA256"}})), "/hash",
            "the token of environment production does not decrypt RSA-PKCS-OAEP with it; it does with SHA-1");
    const std::string name = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der);
    expect_mistake(
        use(name, "decrypt", operation("RSA-PKCS-OAEP", std::string(256, 'x'), {{"hash", "SHA256"}})),
        "/hash",
        "the token of environment production does not decrypt RSA-PKCS-OAEP with it; it does with SHA-1");
}

TEST_F(UseRefusals, MessagesThatAreTooLongForTheModulusAreTold) {
    const std::string name = new_key("PUBLIC_KEY", "RSA", key_pair("RSA-2048").spki_der);
    expect_mistake(
        use(name, "encrypt", operation("RSA-PKCS-OAEP", std::string(215, 'x'), {{"hash", "SHA-1"}})),
        "/input", "must have at most 214 octets with this key, but has 215");
}

TEST_F(UseRefusals, APublicKeyDoesNotSignOrDecrypt) {
    const std::string name = new_key("PUBLIC_KEY", "RSA", key_pair("RSA-2048").spki_der);
    expect_mistake(use(name, "sign", operation("SHA256-RSA-PKCS", "")), "/mechanism",
                   "needs the private key to sign, but the key is a public key; the key has none to sign");
    expect_mistake(
        use(name, "decrypt", operation("RSA-PKCS-OAEP", std::string(256, 'x'), {{"hash", "SHA-1"}})),
        "/mechanism",
        "needs the private key to decrypt, but the key is a public key; the key has none to decrypt");
}

TEST_F(UseRefusals, InTheOlderFormThePublicHalfAloneDoesNotSign) {
    const std::string name = unique_name();
    const Answer made = create(
        {{"name", name},
         {"keyType", "RSA"},
         {"cryptoKeyInfoEnvironmentList",
          {{{"environmentName", "production"}, {"publicKey", base64(key_pair("RSA-2048").spki_der)}}}}});
    ASSERT_EQ(made.status, 200) << made.body;
    expect_mistake(use(name, "sign", operation("SHA256-RSA-PKCS", "")), "/mechanism",
                   "needs the private key to sign, but the key is a public key; the key has none to sign");
}

TEST_F(UseRefusals, ACounterThatWouldRunOverIsTheTokensToRefuse) {
    const std::string name = secret("AES", random_octets(32), {"AES-CTR"});
    const json body = operation("AES-CTR", std::string(100, 'x'), {{"iv", base64(std::string(16, '\xFF'))}});
    expect_wrong_fields(use(name, "encrypt", body), {"/input"});
    const json answer = used(name, "encrypt", {{"batch", {body, operation("AES-CTR", "message")}}});
    EXPECT_EQ(answer["results"][0].value("success", true), false);
    EXPECT_FALSE(answer["results"][0].value("message", "").empty());
    EXPECT_EQ(answer["results"][1].value("success", false), true);
}

TEST_F(UseRefusals, MessagesOverTheLimitOfABodyAre413) {
    expect_problem(use(gcm_key(), "encrypt", operation("AES-GCM", std::string(800'000, 'x'))), 413,
                   "payload_too_large");
}

TEST_F(UseRefusals, FailuresOfCbcAreSlowedDownForTheirKey) {
    const std::string name = secret("AES", random_octets(32), {"AES-CBC-PAD"});
    const std::string other = secret("AES", random_octets(32), {"AES-CBC-PAD"});
    const json right = reversed("AES-CBC-PAD", used(name, "encrypt", operation("AES-CBC-PAD", "message")));
    // With one block, the IV determines the padding.
    json wrong = right;
    wrong["iv"] = base64(damaged(octets_in(right, "iv"), 15));
    int failures = 0;
    Answer answer = use(name, "decrypt", wrong);
    for (; answer.status == 200 && failures < 100; ++failures)
        answer = use(name, "decrypt", wrong);
    EXPECT_EQ(failures, 17);
    expect_problem(answer, 429, "too_many_requests",
                   "Too many decryptions with this key have failed; try again in 1 s");
    EXPECT_EQ(answer.field("retry-after"), "1");
    expect_problem(use(name, "decrypt", right), 429, "too_many_requests");
    EXPECT_EQ(use(name, "encrypt", operation("AES-CBC-PAD", "message")).status, 200);
    EXPECT_EQ(use(other, "encrypt", operation("AES-CBC-PAD", "message")).status, 200);
    expect_not_decrypted(other, wrong);
}

TEST_F(UseRefusals, FailuresWithinABatchAreSlowedDownToo) {
    const std::string name = secret("AES", random_octets(32), {"AES-CBC-PAD"});
    json wrong = reversed("AES-CBC-PAD", used(name, "encrypt", operation("AES-CBC-PAD", "message")));
    wrong["iv"] = base64(damaged(octets_in(wrong, "iv"), 15));
    const json results = used(name, "decrypt", {{"batch", std::vector<json>(100, wrong)}})["results"];
    ASSERT_EQ(results.size(), 100U);
    EXPECT_EQ(results.front().value("message", ""), "The input could not be decrypted");
    EXPECT_TRUE(results.back().value("message", "").starts_with("Too many decryptions")) << results.back();
}

TEST_F(UseRefusals, FailuresOfGcmAreNot) {
    const std::string name = gcm_key();
    json wrong = reversed("AES-GCM", used(name, "encrypt", operation("AES-GCM", "message")));
    wrong["tag"] = base64(damaged(octets_in(wrong, "tag")));
    for (int i = 0; i < 100; ++i)
        expect_not_decrypted(name, wrong);
}

TEST_F(UseRefusals, ThePlaintextIsNotInTheLog) {
    const std::string name = gcm_key();
    const std::string message = "a plaintext of " + unique_name();
    const json right = reversed("AES-GCM", used(name, "encrypt", operation("AES-GCM", message)));
    EXPECT_EQ(decrypted(name, right), message);
    json wrong = right;
    wrong["tag"] = "AAAA";
    wrong["input"] = base64(message);
    EXPECT_EQ(use(name, "decrypt", wrong).body.find(base64(message)), std::string::npos);
    for (const std::string& text : {message, base64(message)})
        EXPECT_EQ(server().log().find(text), std::string::npos);
}

}  // namespace
}  // namespace keyward::e2e
