#include <set>

#include "keys/public/ecdsa_signature.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;

constexpr auto not_decrypted = "The input could not be decrypted";

class UseKeyTest : public testing::Test {
  protected:
    [[nodiscard]] std::size_t operations_done() const {
        return bench_.production->operations() + bench_.staging->operations();
    }
    void expect_no_privilege(const std::string& environment) {
        expect_error(bench_.refused(Action::encrypt, operation("AES-GCM"), "k", environment),
                     ErrorKind::bad_request,
                     "Environment (name: " + environment +
                         ") is not found or user does not have privilege to access it!");
        EXPECT_EQ(operations_done(), 0U);
    }
    void expect_not_found(const std::string& key, const std::string& environment, const std::string& text) {
        expect_error(bench_.refused(Action::encrypt, operation("AES-GCM"), key, environment),
                     ErrorKind::not_found, text);
    }

    UseBench bench_;
};

// grants

TEST_F(UseKeyTest, IsForWhoHoldsTheGrantToUseKeysAlone) {
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM")).success);
}

TEST_F(UseKeyTest, IsNotImpliedByManagingKeysNorByAdministration) {
    const std::string project = bench_.project.id;
    const std::vector<std::vector<Grant>> insufficient{
        {},
        {{project, Permission::manage, {}}, {project, Permission::deploy_undeploy, {}}},
        {{"", Permission::admin, {}}},
        {{"another project", Permission::use, {}}},
    };
    for (const auto& grants : insufficient) {
        bench_.bob.grants = grants;
        expect_no_privilege("production");
    }
}

TEST_F(UseKeyTest, StaysWithinTheEnvironmentsOfTheGrant) {
    bench_.bob.grants = {{bench_.project.id, Permission::use, {"staging"}},
                         {bench_.project.id, Permission::manage, {"production"}}};
    expect_no_privilege("production");
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseKeyTest, OfAnEnvironmentThatIsNotTheProjectsIsLikeOneThatIsNotThere) {
    expect_no_privilege("nowhere");
    bench_.project.environments = {"staging"};
    expect_no_privilege("production");
}

TEST_F(UseKeyTest, OfAnEnvironmentThatTheConfigurationLacksIsLikeOneThatIsNotThere) {
    bench_.project.environments.emplace_back("retired");
    expect_no_privilege("retired");
}

TEST_F(UseKeyTest, TellsWrongFieldsBeforeTheEnvironment) {
    OperationFields fields = operation("AES-GCM");
    fields.iv = Bytes(1);
    expect_mistake(bench_.refused(Action::encrypt, std::move(fields), "k", "nowhere"), "/iv",
                   "must have 12 octets, but has 1");
}

TEST_F(UseKeyTest, TellsNothingOfTheSizeOfAKeyWhereTheCallerMayNotUseIt) {
    const KeyPair pair = KeyPair::rsa();
    bench_.make_private("rsa", pair);
    OperationFields fields = operation("RSA-PKCS-OAEP", "too short");
    fields.hash = "SHA-1";
    bench_.bob.grants = {{bench_.project.id, Permission::use, {"staging"}}};
    EXPECT_EQ(bench_.refused(Action::decrypt, std::move(fields), "rsa").kind(), ErrorKind::bad_request);
}

// the key

TEST_F(UseKeyTest, OfAnUnknownKeyIsNotFoundWhateverElseIsWrong) {
    expect_not_found("unknown", "production", "Key (name: unknown) is not found");
    expect_not_found("unknown", "nowhere", "Key (name: unknown) is not found");
    expect_error(bench_.refused(Action::sign, operation("nonsense"), "unknown"), ErrorKind::not_found,
                 "Key (name: unknown) is not found");
}

TEST_F(UseKeyTest, DoesNotFindTheKeyOfAnotherProject) {
    bench_.catalogue->create_project("Other", {"production"}, {});
    bench_.project = *bench_.catalogue->find_project("Other");
    bench_.bob.grants = {{bench_.project.id, Permission::use, {}}};
    expect_not_found("k", "production", "Key (name: k) is not found");
}

TEST_F(UseKeyTest, DoesNotFindAKeyWhoseCreationIsUnderWay) {
    HaltedChange creation(*bench_.production,
                          [this] { bench_.create(Workbench::aes_request("new", {"production"})); });
    expect_not_found("new", "production", "Key (name: new) is not found");
    creation.finish();
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM"), "new").success);
}

TEST_F(UseKeyTest, IsRefusedAtOnceWhenTheKeyIsBeingDeleted) {
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM")).success);
    bench_.production->set_reachable(false);
    EXPECT_FALSE(bench_.remove("k").success);
    bench_.production->set_reachable(true);
    expect_not_found("k", "production", "Key (name: k) is being deleted");
    expect_not_found("k", "staging", "Key (name: k) is being deleted");
}

TEST_F(UseKeyTest, IsRefusedWhereTheKeyIsNotDeployed) {
    bench_.make("here", {.environments = {"production"}});
    expect_not_found("here", "staging", "Key (name: here) is not deployed in environment (name: staging)");
}

TEST_F(UseKeyTest, IsRefusedAtOnceWhereTheKeyIsBeingUndeployed) {
    bench_.staging->set_reachable(false);
    EXPECT_FALSE(bench_.undeploy("k", "staging").success);
    bench_.staging->set_reachable(true);
    expect_not_found("k", "staging", "Key (name: k) is not deployed in environment (name: staging)");
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM")).success);
}

TEST_F(UseKeyTest, IsRefusedWhereTheDeploymentFailed) {
    bench_.staging->fail_next_import(TokenFault::full, "The token is full");
    bench_.create(Workbench::aes_request("half", {"production", "staging"}));
    expect_not_found(
        "half", "staging",
        "Key (name: half) could not be deployed in environment (name: staging); send its content "
        "again with PUT");
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM"), "half").success);
}

TEST_F(UseKeyTest, IsRefusedWhereTheTokenHasBeenReplaced) {
    bench_.catalogue->bind_token("production", "0001", {});
    bench_.catalogue->rebind_token("production", "0002", {});
    expect_error(bench_.refused(Action::encrypt, operation("AES-GCM")), ErrorKind::hsm_unavailable,
                 "Key (name: k) is in a token that has been replaced in environment (name: production)");
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseKeyTest, StaysWithinTheKeysMechanisms) {
    expect_mistake(bench_.refused(Action::encrypt, operation("AES-CBC-PAD")), "/mechanism",
                   "is not among the key's mechanisms; the key has AES-GCM to encrypt");
    EXPECT_EQ(operations_done(), 0U);
}

TEST_F(UseKeyTest, FollowsTheMechanismsAsTheyAreChanged) {
    UpdateKeyRequest change = KeyLife::renewal("k", {"production", "staging"});
    change.mechanisms = {"AES-CBC-PAD"};
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-GCM")).success);
    bench_.update(std::move(change));
    EXPECT_TRUE(bench_.run(Action::encrypt, operation("AES-CBC-PAD")).success);
    expect_mistake(bench_.refused(Action::encrypt, operation("AES-GCM")), "/mechanism",
                   "is not among the key's mechanisms; the key has AES-CBC-PAD to encrypt");
}

TEST_F(UseKeyTest, OfLegacyMechanismsIsForConfigurationsThatAllowThem) {
    const KeyWish wish{.algorithm = Algorithm::desede, .octets = 24};
    bench_.make("des3", wish);
    EXPECT_EQ(pointers_of(bench_.refused(Action::encrypt, operation("DES3-CBC-PAD"), "des3")),
              std::vector<std::string>{"/mechanism"});
    UseBench lenient(true);
    lenient.make("des3", wish);
    const UseResult sealed = lenient.run(Action::encrypt, operation("DES3-CBC-PAD"), "des3");
    EXPECT_EQ(sealed.iv.value().size(), 8U);
    EXPECT_EQ(text_of(lenient.run(Action::decrypt, opening(sealed, "DES3-CBC-PAD"), "des3").output),
              "a message");
}

// what is answered

TEST_F(UseKeyTest, EncryptsToOutputIvAndTagAndBack) {
    const UseResult sealed = bench_.run(Action::encrypt, operation("AES-GCM", "plaintext"));
    EXPECT_TRUE(sealed.success);
    EXPECT_EQ(sealed.message, "");
    EXPECT_EQ(sealed.output.value().size(), 9U);
    EXPECT_EQ(sealed.iv.value().size(), 12U);
    EXPECT_EQ(sealed.tag.value().size(), 16U);
    EXPECT_FALSE(sealed.signature || sealed.valid);
    const UseResult opened = bench_.run(Action::decrypt, opening(sealed));
    EXPECT_TRUE(opened.success);
    EXPECT_EQ(text_of(opened.output), "plaintext");
    EXPECT_FALSE(opened.iv || opened.tag || opened.signature || opened.valid);
}

TEST_F(UseKeyTest, AnswersNoTagWithoutGcmAndNoIvWhereThereIsNone) {
    UseBench lenient(true);
    for (const char* mechanism : {"AES-CBC-PAD", "AES-CTR", "AES-ECB"})
        lenient.make(mechanism, {.mechanisms = MechanismList{mechanism}});
    const UseResult cbc = lenient.run(Action::encrypt, operation("AES-CBC-PAD"), "AES-CBC-PAD");
    EXPECT_EQ(cbc.iv.value().size(), 16U);
    EXPECT_FALSE(cbc.tag);
    const UseResult ctr = lenient.run(Action::encrypt, operation("AES-CTR"), "AES-CTR");
    EXPECT_EQ(ctr.iv.value().size(), 16U);
    EXPECT_FALSE(ctr.tag);
    const UseResult ecb = lenient.run(Action::encrypt, operation("AES-ECB", "one whole block."), "AES-ECB");
    EXPECT_FALSE(ecb.iv || ecb.tag);
}

TEST_F(UseKeyTest, MakesAnotherIvForEachOperation) {
    std::vector<OperationFields> many;
    for (int i = 0; i < 200; ++i)
        many.push_back(operation("AES-GCM"));
    std::set<Bytes> ivs;
    for (const UseResult& result : bench_.run_batch(Action::encrypt, std::move(many)))
        ivs.insert(result.iv.value());
    for (int i = 0; i < 20; ++i)
        ivs.insert(bench_.run(Action::encrypt, operation("AES-GCM")).iv.value());
    EXPECT_EQ(ivs.size(), 220U);
}

TEST_F(UseKeyTest, UsesAndAnswersTheIvThatWasSent) {
    const Bytes iv = from_hex("cafebabefacedbaddecaf888");
    OperationFields fields = operation("AES-GCM");
    fields.iv = iv;
    const UseResult sealed = bench_.run(Action::encrypt, std::move(fields));
    EXPECT_EQ(sealed.iv, iv);
    OperationFields other = opening(sealed);
    other.iv->back() ^= 1U;
    EXPECT_FALSE(bench_.run(Action::decrypt, std::move(other)).success);
    EXPECT_TRUE(bench_.run(Action::decrypt, opening(sealed)).success);
}

TEST_F(UseKeyTest, FailsToDecryptWithOneTextForEveryCause) {
    OperationFields fields = operation("AES-GCM");
    fields.aad = Bytes{1, 2, 3};
    const UseResult sealed = bench_.run(Action::encrypt, std::move(fields));
    const auto tampered = [&](auto tamper) {
        OperationFields wrong = opening(sealed);
        wrong.aad = Bytes{1, 2, 3};
        tamper(wrong);
        const UseResult result = bench_.run(Action::decrypt, std::move(wrong));
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
    const UseResult sealed = bench_.run(Action::encrypt, operation("AES-GCM"), "k", "production");
    EXPECT_EQ(bench_.run(Action::decrypt, opening(sealed), "k", "staging").message, not_decrypted);
}

TEST_F(UseKeyTest, SignsAndVerifiesWithASecretKey) {
    bench_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = bench_.run(Action::sign, operation("SHA256-HMAC"), "mac");
    EXPECT_TRUE(made.success);
    EXPECT_FALSE(made.signature.value().empty());
    EXPECT_FALSE(made.output || made.iv || made.tag || made.valid);
    const UseResult proved = bench_.run(Action::verify, proving(made, "SHA256-HMAC"), "mac");
    EXPECT_EQ(proved.valid, true);
    EXPECT_FALSE(proved.output || proved.signature);
}

TEST_F(UseKeyTest, AnswersThatASignatureIsNotValidAsASuccess) {
    bench_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = bench_.run(Action::sign, operation("SHA256-HMAC"), "mac");
    const auto verified = [&](OperationFields fields) {
        const UseResult result = bench_.run(Action::verify, std::move(fields), "mac");
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
    bench_.make_private("ec", pair);
    const UseResult der = bench_.run(Action::sign, operation("ECDSA-SHA256"), "ec");
    OperationFields fields = operation("ECDSA-SHA256");
    fields.format = "raw";
    const UseResult raw = bench_.run(Action::sign, std::move(fields), "ec");
    EXPECT_EQ(raw.signature.value().size(), 64U);
    EXPECT_EQ(der.signature, keys::ecdsa_der_from_raw(*raw.signature)) << "the fake signs alike each time";

    EXPECT_EQ(bench_.run(Action::verify, proving(der, "ECDSA-SHA256"), "ec").valid, true);
    OperationFields as_raw = proving(raw, "ECDSA-SHA256");
    as_raw.format = "raw";
    EXPECT_EQ(bench_.run(Action::verify, std::move(as_raw), "ec").valid, true);
    EXPECT_EQ(bench_.run(Action::verify, proving(raw, "ECDSA-SHA256"), "ec").valid, false);
}

TEST_F(UseKeyTest, AsksTheTokenAlsoAboutAnEcdsaSignatureThatCantBeRight) {
    const KeyPair pair = KeyPair::p256();
    bench_.make_private("ec", pair);
    OperationFields fields = operation("ECDSA-SHA256");
    fields.signature = Bytes{};
    EXPECT_EQ(bench_.run(Action::verify, std::move(fields), "ec").valid, false);
    EXPECT_EQ(bench_.production->operations(), 1U);
}

TEST_F(UseKeyTest, SignsTheSameOverInputAndOverItsDigest) {
    const KeyPair pair = KeyPair::rsa();
    bench_.make_private("rsa", pair);
    OperationFields fields = operation("SHA384-RSA-PKCS");
    fields.digest = keys::digest_of(keys::Digest::sha384, as_bytes("a message"));
    fields.input.reset();
    const UseResult over_digest = bench_.run(Action::sign, std::move(fields), "rsa");
    EXPECT_EQ(over_digest.signature, bench_.run(Action::sign, operation("SHA384-RSA-PKCS"), "rsa").signature);
}

// batches

TEST_F(UseKeyTest, AnswersABatchInItsOrder) {
    constexpr int size = 100;
    std::vector<OperationFields> inputs;
    for (int i = 0; i < size; ++i)
        inputs.push_back(operation("AES-GCM", "plaintext " + std::to_string(i)));
    const auto sealed = bench_.run_batch(Action::encrypt, std::move(inputs));
    ASSERT_EQ(sealed.size(), 100U);
    std::vector<OperationFields> ciphertexts;
    for (const UseResult& result : sealed)
        ciphertexts.push_back(opening(result));
    const auto opened = bench_.run_batch(Action::decrypt, std::move(ciphertexts));
    ASSERT_EQ(opened.size(), 100U);
    for (int i = 0; i < size; ++i)
        EXPECT_EQ(text_of(opened[static_cast<std::size_t>(i)].output), "plaintext " + std::to_string(i));
}

TEST_F(UseKeyTest, TellsInABatchWhichOperationFailed) {
    const UseResult sealed = bench_.run(Action::encrypt, operation("AES-GCM"));
    OperationFields wrong = opening(sealed);
    wrong.tag->front() ^= 1U;
    const auto results =
        bench_.run_batch(Action::decrypt, operations(opening(sealed), std::move(wrong), opening(sealed)));
    ASSERT_EQ(results.size(), 3U);
    EXPECT_TRUE(results[0].success);
    EXPECT_FALSE(results[1].success);
    EXPECT_EQ(results[1].message, not_decrypted);
    EXPECT_FALSE(results[1].output);
    EXPECT_TRUE(results[2].success);
}

TEST_F(UseKeyTest, VerifiesEachOfABatch) {
    bench_.make("mac", {.algorithm = Algorithm::hmac});
    const UseResult made = bench_.run(Action::sign, operation("SHA256-HMAC"), "mac");
    const auto results = bench_.run_batch(
        Action::verify, operations(proving(made, "SHA256-HMAC"), proving(made, "SHA256-HMAC", "another")),
        "mac");
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
    const auto error = bench_.refused_batch(
        Action::encrypt,
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
        bench_.batch(Action::encrypt, operations(std::move(unread), operation("AES-GCM", "")));
    request.operations[1].input.reset();
    const auto error = error_of([&] {
        bench_.use.run(bench_.bob, bench_.project, std::move(request),
                       {{"/batch/0/mechanism", "must be a text"}});
    });
    EXPECT_STREQ(error.what(),
                 "2 fields are wrong: /batch/0/mechanism must be a text; /batch/1/input is missing");
}

TEST_F(UseKeyTest, IsRefusedForWhatReadingTheRequestFoundWrongAlone) {
    const auto error = error_of([&] {
        bench_.use.run(bench_.bob, bench_.project, {"k", "production", Action::encrypt, true, {}, {}},
                       {{"/batch", "must have at least one entry"}});
    });
    expect_mistake(error, "/batch", "must have at least one entry");
}

}  // namespace
}  // namespace keyward::service
