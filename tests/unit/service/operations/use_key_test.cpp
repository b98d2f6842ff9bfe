#include <set>

#include "keys/public/ecdsa_signature.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;

class UseKeyTest : public testing::Test {
  protected:
    [[nodiscard]] std::size_t operations_done() const {
        return fixture_.production->operations() + fixture_.staging->operations();
    }
    void expect_no_privilege(const std::string& environment) {
        expect_error(fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM"), "k", environment),
                     ErrorKind::bad_request,
                     "Environment (name: " + environment +
                         ") is not found or user does not have privilege to access it!");
        EXPECT_EQ(operations_done(), 0U);
    }
    void expect_not_found(const std::string& key, const std::string& environment, const std::string& text) {
        expect_error(fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM"), key, environment),
                     ErrorKind::not_found, text);
    }

    UseFixture fixture_;
};

// grants

TEST_F(UseKeyTest, IsForWhoHoldsTheGrantToUseKeysAlone) {
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
}

TEST_F(UseKeyTest, IsNotImpliedByManagingKeysNorByAdministration) {
    const std::string project = fixture_.project.id;
    const std::vector<std::vector<Grant>> insufficient{
        {},
        {{project, Permission::manage, {}}, {project, Permission::deploy_undeploy, {}}},
        {{"", Permission::admin, {}}},
        {{"another project", Permission::use, {}}},
    };
    for (const auto& grants : insufficient) {
        fixture_.bob.grants = grants;
        expect_no_privilege("production");
    }
}

TEST_F(UseKeyTest, StaysWithinTheEnvironmentsOfTheGrant) {
    fixture_.bob.grants = {{fixture_.project.id, Permission::use, {"staging"}},
                           {fixture_.project.id, Permission::manage, {"production"}}};
    expect_no_privilege("production");
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseKeyTest, OfAnEnvironmentThatIsNotTheProjectsIsLikeOneThatIsNotThere) {
    expect_no_privilege("nowhere");
    fixture_.project.environments = {"staging"};
    expect_no_privilege("production");
}

TEST_F(UseKeyTest, OfAnEnvironmentThatTheConfigurationLacksIsLikeOneThatIsNotThere) {
    fixture_.project.environments.emplace_back("retired");
    expect_no_privilege("retired");
}

TEST_F(UseKeyTest, TellsWrongFieldsBeforeTheEnvironment) {
    OperationFields fields = operation("AES-GCM");
    fields.iv = Bytes(1);
    expect_mistake(fixture_.refused(CryptoOperation::encrypt, std::move(fields), "k", "nowhere"), "/iv",
                   "must have 12 octets, but has 1");
}

TEST_F(UseKeyTest, TellsNothingOfTheSizeOfAKeyWhereTheCallerMayNotUseIt) {
    const KeyPair pair = KeyPair::rsa();
    fixture_.make_private("rsa", pair);
    OperationFields fields = operation("RSA-PKCS-OAEP", "too short");
    fields.hash = "SHA-1";
    fixture_.bob.grants = {{fixture_.project.id, Permission::use, {"staging"}}};
    EXPECT_EQ(fixture_.refused(CryptoOperation::decrypt, std::move(fields), "rsa").kind(),
              ErrorKind::bad_request);
}

// the key

TEST_F(UseKeyTest, OfAnUnknownKeyIsNotFoundWhateverElseIsWrong) {
    expect_not_found("unknown", "production", "Key (name: unknown) is not found");
    expect_not_found("unknown", "nowhere", "Key (name: unknown) is not found");
    expect_error(fixture_.refused(CryptoOperation::sign, operation("nonsense"), "unknown"),
                 ErrorKind::not_found, "Key (name: unknown) is not found");
}

TEST_F(UseKeyTest, DoesNotFindTheKeyOfAnotherProject) {
    fixture_.catalogue->projects.create_project("Other", {"production"}, {});
    fixture_.project = *fixture_.catalogue->projects.find_project("Other");
    fixture_.bob.grants = {{fixture_.project.id, Permission::use, {}}};
    expect_not_found("k", "production", "Key (name: k) is not found");
}

TEST_F(UseKeyTest, DoesNotFindAKeyWhoseCreationIsUnderWay) {
    HaltedChange creation(*fixture_.production,
                          [this] { fixture_.create(ServiceFixture::aes_request("new", {"production"})); });
    expect_not_found("new", "production", "Key (name: new) is not found");
    creation.finish();
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "new").success);
}

TEST_F(UseKeyTest, IsRefusedAtOnceWhenTheKeyIsBeingDeleted) {
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
    fixture_.production->set_reachable(false);
    EXPECT_FALSE(fixture_.remove("k").success);
    fixture_.production->set_reachable(true);
    expect_not_found("k", "production", "Key (name: k) is being deleted");
    expect_not_found("k", "staging", "Key (name: k) is being deleted");
}

TEST_F(UseKeyTest, IsRefusedWhereTheKeyIsNotDeployed) {
    fixture_.make("here", {.environments = {"production"}});
    expect_not_found("here", "staging", "Key (name: here) is not deployed in environment (name: staging)");
}

TEST_F(UseKeyTest, IsRefusedAtOnceWhereTheKeyIsBeingUndeployed) {
    fixture_.staging->set_reachable(false);
    EXPECT_FALSE(fixture_.undeploy("k", "staging").success);
    fixture_.staging->set_reachable(true);
    expect_not_found("k", "staging", "Key (name: k) is not deployed in environment (name: staging)");
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
}

TEST_F(UseKeyTest, IsRefusedWhereTheDeploymentFailed) {
    fixture_.staging->fail_next_import(TokenFault::full, "The token is full");
    fixture_.create(ServiceFixture::aes_request("half", {"production", "staging"}));
    expect_not_found(
        "half", "staging",
        "Key (name: half) could not be deployed in environment (name: staging); send its content "
        "again with PUT");
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "half").success);
}

TEST_F(UseKeyTest, IsRefusedWhereTheTokenHasBeenReplaced) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    expect_error(fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM")), ErrorKind::hsm_unavailable,
                 "Key (name: k) is in a token that has been replaced in environment (name: production)");
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseKeyTest, StaysWithinTheKeysMechanisms) {
    expect_mistake(fixture_.refused(CryptoOperation::encrypt, operation("AES-CBC-PAD")), "/mechanism",
                   "is not among the key's mechanisms; the key has AES-GCM to encrypt");
    EXPECT_EQ(operations_done(), 0U);
}

TEST_F(UseKeyTest, FollowsTheMechanismsAsTheyAreChanged) {
    UpdateKeyRequest change = KeyLife::renewal("k", {"production", "staging"});
    change.mechanisms = {"AES-CBC-PAD"};
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
    fixture_.update(std::move(change));
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-CBC-PAD")).success);
    expect_mistake(fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM")), "/mechanism",
                   "is not among the key's mechanisms; the key has AES-CBC-PAD to encrypt");
}

TEST_F(UseKeyTest, OfLegacyMechanismsIsForConfigurationsThatAllowThem) {
    const KeyWish wish{.algorithm = Algorithm::desede, .octets = 24};
    fixture_.make("des3", wish);
    EXPECT_EQ(pointers_of(fixture_.refused(CryptoOperation::encrypt, operation("DES3-CBC-PAD"), "des3")),
              std::vector<std::string>{"/mechanism"});
    UseFixture lenient(true);
    lenient.make("des3", wish);
    const UseResult sealed = lenient.run(CryptoOperation::encrypt, operation("DES3-CBC-PAD"), "des3");
    EXPECT_EQ(sealed.iv.value().size(), 8U);
    EXPECT_EQ(text_of(lenient.run(CryptoOperation::decrypt, opening(sealed, "DES3-CBC-PAD"), "des3").output),
              "a message");
}

// answers

TEST_F(UseKeyTest, EncryptsToOutputIvAndTagAndBack) {
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-GCM", "plaintext"));
    EXPECT_TRUE(sealed.success);
    EXPECT_EQ(sealed.message, "");
    EXPECT_EQ(sealed.output.value().size(), 9U);
    EXPECT_EQ(sealed.iv.value().size(), 12U);
    EXPECT_EQ(sealed.tag.value().size(), 16U);
    EXPECT_FALSE(sealed.signature || sealed.valid);
    const UseResult opened = fixture_.run(CryptoOperation::decrypt, opening(sealed));
    EXPECT_TRUE(opened.success);
    EXPECT_EQ(text_of(opened.output), "plaintext");
    EXPECT_FALSE(opened.iv || opened.tag || opened.signature || opened.valid);
}

TEST_F(UseKeyTest, AnswersNoTagWithoutGcmAndNoIvWhereThereIsNone) {
    UseFixture lenient(true);
    for (const char* mechanism : {"AES-CBC-PAD", "AES-CTR", "AES-ECB"})
        lenient.make(mechanism, {.mechanisms = MechanismList{mechanism}});
    const UseResult cbc = lenient.run(CryptoOperation::encrypt, operation("AES-CBC-PAD"), "AES-CBC-PAD");
    EXPECT_EQ(cbc.iv.value().size(), 16U);
    EXPECT_FALSE(cbc.tag);
    const UseResult ctr = lenient.run(CryptoOperation::encrypt, operation("AES-CTR"), "AES-CTR");
    EXPECT_EQ(ctr.iv.value().size(), 16U);
    EXPECT_FALSE(ctr.tag);
    const UseResult ecb =
        lenient.run(CryptoOperation::encrypt, operation("AES-ECB", "one whole block."), "AES-ECB");
    EXPECT_FALSE(ecb.iv || ecb.tag);
}

TEST_F(UseKeyTest, MakesAnotherIvForEachOperation) {
    std::vector<OperationFields> many;
    for (int i = 0; i < 200; ++i)
        many.push_back(operation("AES-GCM"));
    std::set<Bytes> ivs;
    for (const UseResult& result : fixture_.run_batch(CryptoOperation::encrypt, std::move(many)))
        ivs.insert(result.iv.value());
    for (int i = 0; i < 20; ++i)
        ivs.insert(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).iv.value());
    EXPECT_EQ(ivs.size(), 220U);
}

TEST_F(UseKeyTest, UsesAndAnswersTheIvThatWasSent) {
    const Bytes iv = from_hex("cafebabefacedbaddecaf888");
    OperationFields fields = operation("AES-GCM");
    fields.iv = iv;
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, std::move(fields));
    EXPECT_EQ(sealed.iv, iv);
    OperationFields other = opening(sealed);
    other.iv->back() ^= 1U;
    EXPECT_FALSE(fixture_.run(CryptoOperation::decrypt, std::move(other)).success);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(sealed)).success);
}

TEST_F(UseKeyTest, FailsToDecryptWithOneTextForEveryCause) {
    OperationFields fields = operation("AES-GCM");
    fields.aad = Bytes{1, 2, 3};
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, std::move(fields));
    const auto tampered = [&](auto tamper) {
        OperationFields wrong = opening(sealed);
        wrong.aad = Bytes{1, 2, 3};
        tamper(wrong);
        const UseResult result = fixture_.run(CryptoOperation::decrypt, std::move(wrong));
        EXPECT_FALSE(result.iv || result.tag || result.signature || result.valid);
        EXPECT_EQ(result.output.has_value(), result.success);
        return result.success ? "success" : result.message;
    };
    EXPECT_EQ(tampered([](OperationFields&) {}), "success");
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.tag->front() ^= 1U; }), not_decrypted);
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.iv->front() ^= 1U; }), not_decrypted);
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.aad->front() ^= 1U; }), not_decrypted);
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.aad.reset(); }), not_decrypted);
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.input->writable()[0] ^= 1U; }), not_decrypted);
    EXPECT_EQ(tampered([](OperationFields& wrong) { wrong.input.emplace(); }), not_decrypted);
}

TEST_F(UseKeyTest, DoesNotDecryptWithTheKeyOfAnotherEnvironment) {
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "production");
    EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, opening(sealed), "k", "staging").message, not_decrypted);
}

TEST_F(UseKeyTest, SignsAndVerifiesWithASecretKey) {
    fixture_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = fixture_.run(CryptoOperation::sign, operation("SHA256-HMAC"), "mac");
    EXPECT_TRUE(made.success);
    EXPECT_FALSE(made.signature.value().empty());
    EXPECT_FALSE(made.output || made.iv || made.tag || made.valid);
    const UseResult proved = fixture_.run(CryptoOperation::verify, proving(made, "SHA256-HMAC"), "mac");
    EXPECT_EQ(proved.valid, true);
    EXPECT_FALSE(proved.output || proved.signature);
}

TEST_F(UseKeyTest, AnswersThatASignatureIsNotValidAsASuccess) {
    fixture_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = fixture_.run(CryptoOperation::sign, operation("SHA256-HMAC"), "mac");
    const auto verified = [&](OperationFields fields) {
        const UseResult result = fixture_.run(CryptoOperation::verify, std::move(fields), "mac");
        EXPECT_TRUE(result.success);
        EXPECT_EQ(result.message, "");
        return result.valid;
    };
    OperationFields truncated = proving(made, "SHA256-HMAC");
    truncated.signature->pop_back();
    EXPECT_EQ(verified(std::move(truncated)), false);
    OperationFields empty = proving(made, "SHA256-HMAC");
    empty.signature->clear();
    EXPECT_EQ(verified(std::move(empty)), false);
    OperationFields tampered = proving(made, "SHA256-HMAC");
    tampered.signature->back() ^= 1U;
    EXPECT_EQ(verified(std::move(tampered)), false);
    EXPECT_EQ(verified(proving(made, "SHA256-HMAC", "another message")), false);
    EXPECT_EQ(verified(proving(made, "SHA512-HMAC")), false);
}

TEST_F(UseKeyTest, WritesEcdsaSignaturesInDerUnlessToldRaw) {
    const KeyPair pair = KeyPair::p256();
    fixture_.make_private("ec", pair);
    const UseResult der = fixture_.run(CryptoOperation::sign, operation("ECDSA-SHA256"), "ec");
    OperationFields fields = operation("ECDSA-SHA256");
    fields.format = "raw";
    const UseResult raw = fixture_.run(CryptoOperation::sign, std::move(fields), "ec");
    EXPECT_EQ(raw.signature.value().size(), 64U);
    EXPECT_EQ(der.signature, keys::ecdsa_der_from_raw(*raw.signature)) << "the fake signs alike each time";

    EXPECT_EQ(fixture_.run(CryptoOperation::verify, proving(der, "ECDSA-SHA256"), "ec").valid, true);
    OperationFields as_raw = proving(raw, "ECDSA-SHA256");
    as_raw.format = "raw";
    EXPECT_EQ(fixture_.run(CryptoOperation::verify, std::move(as_raw), "ec").valid, true);
    EXPECT_EQ(fixture_.run(CryptoOperation::verify, proving(raw, "ECDSA-SHA256"), "ec").valid, false);
}

TEST_F(UseKeyTest, AsksTheTokenAlsoAboutAnEcdsaSignatureThatCantBeRight) {
    const KeyPair pair = KeyPair::p256();
    fixture_.make_private("ec", pair);
    OperationFields fields = operation("ECDSA-SHA256");
    fields.signature = Bytes{};
    EXPECT_EQ(fixture_.run(CryptoOperation::verify, std::move(fields), "ec").valid, false);
    EXPECT_EQ(fixture_.production->operations(), 1U);
}

TEST_F(UseKeyTest, SignsTheSameOverInputAndOverItsDigest) {
    const KeyPair pair = KeyPair::rsa();
    fixture_.make_private("rsa", pair);
    OperationFields fields = operation("SHA384-RSA-PKCS");
    fields.digest = digest_of(Digest::sha384, as_bytes("a message"));
    fields.input.reset();
    const UseResult over_digest = fixture_.run(CryptoOperation::sign, std::move(fields), "rsa");
    EXPECT_EQ(over_digest.signature,
              fixture_.run(CryptoOperation::sign, operation("SHA384-RSA-PKCS"), "rsa").signature);
}

// batches

TEST_F(UseKeyTest, AnswersABatchInItsOrder) {
    constexpr int size = 100;
    std::vector<OperationFields> inputs;
    for (int i = 0; i < size; ++i)
        inputs.push_back(operation("AES-GCM", "plaintext " + std::to_string(i)));
    const auto sealed = fixture_.run_batch(CryptoOperation::encrypt, std::move(inputs));
    ASSERT_EQ(sealed.size(), 100U);
    std::vector<OperationFields> ciphertexts;
    for (const UseResult& result : sealed)
        ciphertexts.push_back(opening(result));
    const auto opened = fixture_.run_batch(CryptoOperation::decrypt, std::move(ciphertexts));
    ASSERT_EQ(opened.size(), 100U);
    for (int i = 0; i < size; ++i)
        EXPECT_EQ(text_of(opened[static_cast<std::size_t>(i)].output), "plaintext " + std::to_string(i));
}

TEST_F(UseKeyTest, TellsInABatchWhichOperationFailed) {
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"));
    OperationFields wrong = opening(sealed);
    wrong.tag->front() ^= 1U;
    const auto results = fixture_.run_batch(CryptoOperation::decrypt,
                                            operations(opening(sealed), std::move(wrong), opening(sealed)));
    ASSERT_EQ(results.size(), 3U);
    EXPECT_TRUE(results[0].success);
    EXPECT_FALSE(results[1].success);
    EXPECT_EQ(results[1].message, not_decrypted);
    EXPECT_FALSE(results[1].output);
    EXPECT_TRUE(results[2].success);
}

TEST_F(UseKeyTest, VerifiesEachOfABatch) {
    fixture_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = fixture_.run(CryptoOperation::sign, operation("SHA256-HMAC"), "mac");
    const auto results = fixture_.run_batch(
        CryptoOperation::verify,
        operations(proving(made, "SHA256-HMAC"), proving(made, "SHA256-HMAC", "another")), "mac");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].valid, true);
    EXPECT_EQ(results[1].valid, false);
    EXPECT_TRUE(results[1].success);
}

TEST_F(UseKeyTest, RefusesABatchForItsEveryMistakeBeforeAnythingIsDone) {
    OperationFields short_iv = operation("AES-GCM");
    short_iv.iv = Bytes(11);
    OperationFields two = operation("AES-GCM");
    two.tag = Bytes(16);
    two.hash = "SHA256";
    const auto error = fixture_.refused_batch(
        CryptoOperation::encrypt,
        operations(operation("AES-GCM"), std::move(short_iv), operation("AES-CTR"), std::move(two)));
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    EXPECT_STREQ(
        error.what(),
        "4 fields are wrong: /batch/1/iv must have 12 octets, but has 11; "
        "/batch/2/mechanism is not among the key's mechanisms; the key has AES-GCM to encrypt; "
        "/batch/3/hash: AES-GCM has a hash of its own or none; /batch/3/tag is made by the encryption");
    EXPECT_EQ(operations_done(), 0U);
}

TEST_F(UseKeyTest, DoesNotCallMissingWhatCouldNotBeRead) {
    OperationFields unread;
    unread.pointer = "/batch/0";
    UseKeyRequest request =
        fixture_.batch(CryptoOperation::encrypt, operations(std::move(unread), operation("AES-GCM", "")));
    request.operations[1].input.reset();
    const auto error = error_of([&] {
        fixture_.use.run(fixture_.bob, fixture_.project, std::move(request),
                         {{"/batch/0/mechanism", "must be a text"}});
    });
    EXPECT_STREQ(error.what(),
                 "2 fields are wrong: /batch/0/mechanism must be a text; /batch/1/input is missing");
}

TEST_F(UseKeyTest, IsRefusedForWhatReadingTheRequestFoundWrongAlone) {
    const auto error = error_of([&] {
        fixture_.use.run(fixture_.bob, fixture_.project,
                         {"k", "production", CryptoOperation::encrypt, true, {}, {}},
                         {{"/batch", "must have at least one entry"}});
    });
    expect_mistake(error, "/batch", "must have at least one entry");
}

}  // namespace
}  // namespace keyward::service
