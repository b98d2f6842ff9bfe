#include <thread>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "keys/public/ecdsa_signature.hpp"
#include "service/runtime/token_errors.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using keys::KeyType;

class UseTokenTest : public testing::Test {
  protected:
    ServiceError refused() { return fixture_.refused(CryptoOperation::encrypt, operation("AES-GCM")); }
    ServiceError refused_batch() {
        return fixture_.refused_batch(CryptoOperation::encrypt,
                                      operations(operation("AES-GCM"), operation("AES-GCM")));
    }
    /// A single use and a batch meet the same fault.
    void expect_fault(TokenFault fault, ErrorKind kind, const std::string& text) {
        fixture_.production->fail_next_operation(fault, "The token has its reasons");
        expect_error(refused(), kind, text);
        fixture_.production->fail_next_operation(fault, "The token has its reasons");
        expect_error(refused_batch(), kind, text);
        EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "staging").success);
    }

    UseFixture fixture_;
};

// faults

TEST_F(UseTokenTest, ThatCantBeReachedIsNamed) {
    fixture_.production->set_reachable(false);
    expect_error(refused(), ErrorKind::hsm_unavailable, "production: The token can't be reached");
    expect_error(refused_batch(), ErrorKind::hsm_unavailable, "production: The token can't be reached");
    fixture_.production->set_reachable(true);
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
}

TEST_F(UseTokenTest, ThatFailsAgainAndAgainIsNotAskedAnyMore) {
    fixture_.production->set_reachable(false);
    for (int i = 0; i < 3; ++i)
        refused();
    expect_error(refused(), ErrorKind::hsm_unavailable,
                 "production: The token of environment production can't be reached at present");
}

TEST_F(UseTokenTest, ThatIsBusyIsOverloaded) {
    expect_fault(TokenFault::busy, ErrorKind::overloaded, "production: The token has its reasons");
}

TEST_F(UseTokenTest, WhosePinIsWrongIsUnavailable) {
    expect_fault(TokenFault::pin, ErrorKind::hsm_unavailable, "production: The token has its reasons");
}

TEST_F(UseTokenTest, WithoutRoomForSessionsIsUnavailable) {
    expect_fault(TokenFault::full, ErrorKind::hsm_unavailable, "production: The token has its reasons");
}

TEST_F(UseTokenTest, ThatIsLostIsUnavailable) {
    expect_fault(TokenFault::unreachable, ErrorKind::hsm_unavailable,
                 "production: The token has its reasons");
}

TEST_F(UseTokenTest, ThatMissesTheKeyIsUnavailable) {
    constexpr auto text =
        "production: The token does not hold the key, although it was deployed there; an operator can find "
        "out more with: keyward reconcile --dry-run";
    fixture_.production->lose(fixture_.key().deployments[0].object_id.value());
    expect_error(refused(), ErrorKind::hsm_unavailable, text);
    expect_error(refused_batch(), ErrorKind::hsm_unavailable, text);
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"), "k", "staging").success);
}

TEST_F(UseTokenTest, ThatRefusesTheUseOfAKeyIsTheClientsToKnow) {
    const std::string why = "The token does not permit this use of the key";
    fixture_.production->fail_next_operation(TokenFault::refused, why);
    expect_mistake(refused(), "/mechanism", "is refused in environment production: " + why);
    fixture_.production->fail_next_operation(TokenFault::refused, why);
    expect_mistake(refused_batch(), "/batch/0/mechanism", "is refused in environment production: " + why);
}

TEST_F(UseTokenTest, ThatFailsInTheMiddleOfABatchFailsAllOfIt) {
    std::vector<OperationFields> many = times(70, "AES-GCM");
    fixture_.production->in_next_operation([this] {
        fixture_.production->in_next_operation([this] { fixture_.production->set_reachable(false); });
    });
    expect_error(fixture_.refused_batch(CryptoOperation::encrypt, std::move(many)),
                 ErrorKind::hsm_unavailable, "production: The token can't be reached");
}

TEST_F(UseTokenTest, RunsOnAWorkerForWhomNobodyCanBeLetGo) {
    UseKeyRequest request = fixture_.single(CryptoOperation::encrypt, operation("AES-GCM"));
    request.responder = nullptr;
    std::thread::id thread;
    fixture_.production->in_next_operation([&] { thread = std::this_thread::get_id(); });
    EXPECT_TRUE(fixture_.use.run(fixture_.bob, fixture_.project, std::move(request), {}).front().success);
    EXPECT_NE(thread, std::this_thread::get_id());
    fixture_.production->in_next_operation([&] { thread = std::this_thread::get_id(); });
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
    EXPECT_EQ(thread, std::this_thread::get_id());
    EXPECT_TRUE(fixture_.responder.told.empty());
}

TEST_F(UseTokenTest, ThatHangsAnswersTheClientWithTheEnvironmentsName) {
    UseFixture hasty(false, std::chrono::milliseconds(500));
    hasty.production->in_next_operation([&] {
        while (hasty.environments.all().front()->health() != Health::down)
            std::this_thread::yield();
    });
    const auto error = hasty.refused(CryptoOperation::encrypt, operation("AES-GCM"));
    constexpr auto text = "production: The token of environment production did not answer within 500 ms";
    expect_error(error, ErrorKind::hsm_unavailable, text);
    EXPECT_EQ(hasty.responder.told, std::vector<std::string>{text});
}

TEST(TokenErrors, SayWhereAndWhatForEveryFault) {
    const auto told = [&](TokenFault fault) {
        const ServiceError error = service_error_of(TokenError(fault, "It failed"), "production", "/batch/3");
        return std::pair(error.kind(), std::string(error.what()));
    };
    using Told = std::pair<ErrorKind, std::string>;
    for (const TokenFault fault : {TokenFault::unreachable, TokenFault::full, TokenFault::pin,
                                   TokenFault::mismatch, TokenFault::wrong_value, TokenFault::failed})
        EXPECT_EQ(told(fault), Told(ErrorKind::hsm_unavailable, "production: It failed"));
    EXPECT_EQ(told(TokenFault::busy), Told(ErrorKind::overloaded, "production: It failed"));
    EXPECT_EQ(told(TokenFault::refused),
              Told(ErrorKind::validation_failed,
                   "1 field is wrong: /batch/3/mechanism is refused in environment production: It failed"));
    EXPECT_EQ(
        told(TokenFault::missing),
        Told(ErrorKind::hsm_unavailable,
             "production: It failed, although it was deployed there; an operator can find out more with: "
             "keyward reconcile --dry-run"));
}

// slow tokens

TEST_F(UseTokenTest, ThatIsSlowEndsABatchAtTwiceItsDeadlineAndTellsTheRest) {
    const auto deadline = fixture_.environments.find("production")->profile().deadline;
    fixture_.production->in_next_operation(
        [&] { fixture_.steady += 2 * deadline + std::chrono::seconds(1); });
    std::vector<OperationFields> three = times(3, "AES-GCM");
    const auto results = fixture_.run_batch(CryptoOperation::encrypt, std::move(three));
    EXPECT_TRUE(results[0].success);
    for (const std::size_t rest : {1U, 2U}) {
        EXPECT_FALSE(results[rest].success);
        EXPECT_EQ(results[rest].message, "Not tried: the batch took longer than " +
                                             duration_text(2 * deadline) + "; send the rest again");
    }
    EXPECT_EQ(fixture_.production->operations(), 1U);
}

// refused inputs

TEST_F(UseTokenTest, ThatRefusesAnInputTellsASingleUseWhichField) {
    fixture_.production->refuse_next_input("is too long for the token");
    expect_mistake(refused(), "/input", "is too long for the token");
    const KeyPair pair = KeyPair::rsa();
    fixture_.make_private("rsa", pair);
    OperationFields fields = operation("SHA256-RSA-PKCS");
    fields.input.reset();
    fields.digest = Bytes(32);
    fixture_.production->refuse_next_input("can't be signed");
    expect_mistake(fixture_.refused(CryptoOperation::sign, std::move(fields), "rsa"), "/digest",
                   "can't be signed");
}

TEST_F(UseTokenTest, ThatRefusesAnInputTellsABatchInItsPlace) {
    fixture_.production->refuse_next_input("is too long for the token");
    const auto results =
        fixture_.run_batch(CryptoOperation::encrypt, operations(operation("AES-GCM"), operation("AES-GCM")));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_FALSE(results[0].success);
    EXPECT_EQ(results[0].message, "is too long for the token");
    EXPECT_FALSE(results[0].output || results[0].iv || results[0].tag);
    EXPECT_TRUE(results[1].success);
}

// missing mechanisms

constexpr auto not_offered = "the token of environment production does not offer it";

TEST_F(UseTokenTest, ThatLacksAMechanismForSecretKeysIsNotHelpedOut) {
    fixture_.make("mac", {.algorithm = keys::Algorithm::hmac});
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"));
    const UseResult made = fixture_.run(CryptoOperation::sign, operation("SHA256-HMAC"), "mac");
    fixture_.production->offer({});
    expect_mistake(refused(), "/mechanism", not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::decrypt, opening(sealed)), "/mechanism", not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::sign, operation("SHA256-HMAC"), "mac"), "/mechanism",
                   not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::verify, proving(made, "SHA256-HMAC"), "mac"),
                   "/mechanism", not_offered);
    expect_mistake(refused_batch(), "/batch/0/mechanism", not_offered);
}

/// A signature that the private half of a pair makes outside any token.
Bytes signed_outside(const KeyPair& pair, const EVP_MD* hash, int padding, std::string_view message) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    EXPECT_EQ(EVP_DigestSignInit(context.get(), &parameters, hash, nullptr, pair.get()), 1);
    if (padding != 0) {
        EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(parameters, padding), 1);
    }
    if (padding == RSA_PKCS1_PSS_PADDING) {
        EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    const ByteView octets = as_bytes(message);
    std::size_t size = 0;
    EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, octets.data(), octets.size()), 1);
    Bytes signature(size);
    EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, octets.data(), octets.size()), 1);
    signature.resize(size);
    return signature;
}

/// What the private half decrypts outside any token; nothing when it cannot.
std::optional<std::string> opened_outside(const KeyPair& pair, int padding, const EVP_MD* hash,
                                          const SecretBytes& ciphertext) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(pair.get(), nullptr), EVP_PKEY_CTX_free);
    EXPECT_EQ(EVP_PKEY_decrypt_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding), 1);
    if (hash != nullptr) {
        EXPECT_EQ(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), hash), 1);
    }
    std::string plaintext(512, '\0');
    std::size_t size = plaintext.size();
    const ByteView octets = ciphertext.reveal();
    if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plaintext.data()), &size,
                         octets.data(), octets.size()) != 1)
        return std::nullopt;
    plaintext.resize(size);
    return plaintext;
}

/// Two key pairs in a token that performs no public operations.
class UseOutsideTest : public UseTokenTest {
  protected:
    static const KeyPair& rsa() {
        static const KeyPair pair = KeyPair::rsa();
        return pair;
    }
    void SetUp() override {
        fixture_.make_private("rsa", rsa());
        fixture_.make_private("ec", ec_);
        fixture_.make_private("ed", ed_);
        fixture_.production->do_without_public_actions();
    }
    void expect_verified(const std::string& key, const std::string& mechanism, const Bytes& signature) {
        const auto valid = [&](const std::string& message, const Bytes& sent) {
            OperationFields fields = operation(mechanism, message);
            fields.signature = sent;
            const UseResult result = fixture_.run(CryptoOperation::verify, std::move(fields), key);
            EXPECT_TRUE(result.success);
            return result.valid.value();
        };
        EXPECT_TRUE(valid("a message", signature)) << mechanism;
        EXPECT_FALSE(valid("another message", signature)) << mechanism;
        EXPECT_FALSE(valid("a message", Bytes(signature.begin(), signature.end() - 1))) << mechanism;
        EXPECT_FALSE(valid("a message", {})) << mechanism;
        Bytes tampered = signature;
        tampered.back() ^= 1U;
        EXPECT_FALSE(valid("a message", tampered)) << mechanism;
    }
    void expect_verified_by_digest(const std::string& key, const std::string& mechanism,
                                   const Bytes& signature) {
        OperationFields fields = operation(mechanism);
        fields.digest = digest_of(*find_mechanism(mechanism)->digest, as_bytes("a message"));
        fields.input.reset();
        fields.signature = signature;
        EXPECT_EQ(fixture_.run(CryptoOperation::verify, std::move(fields), key).valid, true) << mechanism;
    }
    static OperationFields oaep(const std::string& hash, std::string_view input = "a message") {
        OperationFields fields = operation("RSA-PKCS-OAEP", input);
        fields.hash = hash;
        return fields;
    }

    const KeyPair ec_ = KeyPair::p256();
    const KeyPair ed_ = KeyPair::ed25519();
};

class UseOfAFailingTokenTest : public UseOutsideTest {
  protected:
    void SetUp() override {
        fixture_.make_private("rsa", rsa());
        fixture_.make_private("ec", ec_);
        fixture_.production->fail_public_actions();
    }
};

TEST_F(UseOfAFailingTokenTest, VerifiesWithTheRecordedPublicKey) {
    expect_verified("rsa", "SHA256-RSA-PKCS",
                    signed_outside(rsa(), EVP_sha256(), RSA_PKCS1_PADDING, "a message"));
    expect_verified("ec", "ECDSA-SHA256", signed_outside(ec_, EVP_sha256(), 0, "a message"));
}

TEST_F(UseOfAFailingTokenTest, LeavesTheEnvironmentOpenForOtherKeys) {
    for (int i = 0; i < 20; ++i) {
        OperationFields fields = operation("ECDSA-SHA256");
        fields.signature = Bytes(70, 0x30);
        EXPECT_EQ(fixture_.run(CryptoOperation::verify, std::move(fields), "ec").valid, false);
    }
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-GCM")).success);
    EXPECT_NE(fixture_.environments.find("production")->health(), Health::down);
}

TEST_F(UseOutsideTest, VerifiesEverySignatureOfAKeyPair) {
    const std::vector<std::pair<std::string, const EVP_MD*>> hashes{
        {"SHA256", EVP_sha256()}, {"SHA384", EVP_sha384()}, {"SHA512", EVP_sha512()}};
    for (const auto& [name, hash] : hashes) {
        const Bytes pkcs1 = signed_outside(rsa(), hash, RSA_PKCS1_PADDING, "a message");
        expect_verified("rsa", name + "-RSA-PKCS", pkcs1);
        expect_verified_by_digest("rsa", name + "-RSA-PKCS", pkcs1);
        const Bytes pss = signed_outside(rsa(), hash, RSA_PKCS1_PSS_PADDING, "a message");
        expect_verified("rsa", name + "-RSA-PKCS-PSS", pss);
        expect_verified_by_digest("rsa", name + "-RSA-PKCS-PSS", pss);
        const Bytes der = signed_outside(ec_, hash, 0, "a message");
        expect_verified("ec", "ECDSA-" + name, der);
        expect_verified_by_digest("ec", "ECDSA-" + name, der);
    }
    expect_verified("ed", "EDDSA", signed_outside(ed_, nullptr, 0, "a message"));
}

TEST_F(UseOutsideTest, VerifiesRawEcdsaSignaturesToo) {
    const Bytes der = signed_outside(ec_, EVP_sha256(), 0, "a message");
    OperationFields fields = operation("ECDSA-SHA256");
    fields.signature = keys::ecdsa_raw_from_der(der, 32);
    fields.format = "raw";
    EXPECT_EQ(fixture_.run(CryptoOperation::verify, std::move(fields), "ec").valid, true);
}

TEST_F(UseOutsideTest, EncryptsWithWhatThePrivateHalfCanOpenInTheToken) {
    fixture_.production->decrypt_oaep_with({Digest::sha1, Digest::sha256});
    const UseResult sha1 = fixture_.run(CryptoOperation::encrypt, oaep("SHA-1"), "rsa");
    EXPECT_EQ(opened_outside(rsa(), RSA_PKCS1_OAEP_PADDING, EVP_sha1(), *sha1.output), "a message");
    EXPECT_FALSE(sha1.iv || sha1.tag);
    const UseResult sha256 = fixture_.run(CryptoOperation::encrypt, oaep("SHA256", ""), "rsa");
    EXPECT_EQ(opened_outside(rsa(), RSA_PKCS1_OAEP_PADDING, EVP_sha256(), *sha256.output), "");
}

TEST_F(UseOutsideTest, RefusesToEncryptWhatTheTokenCouldNotOpen) {
    expect_mistake(
        fixture_.refused(CryptoOperation::encrypt, oaep("SHA256"), "rsa"), "/hash",
        "the token of environment production does not decrypt RSA-PKCS-OAEP with it; it does with SHA-1");
    fixture_.production->decrypt_oaep_with({});
    expect_mistake(
        fixture_.refused(CryptoOperation::encrypt, oaep("SHA-1"), "rsa"), "/hash",
        "the token of environment production does not decrypt RSA-PKCS-OAEP with it; it does with none");
}

TEST_F(UseOutsideTest, NeverDecryptsOrSigns) {
    fixture_.production->offer({});
    OperationFields ciphertext = oaep("SHA-1");
    ciphertext.input = SecretBytes::copy_of(Bytes(256));
    expect_mistake(fixture_.refused(CryptoOperation::decrypt, std::move(ciphertext), "rsa"), "/mechanism",
                   not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::sign, operation("SHA256-RSA-PKCS"), "rsa"), "/mechanism",
                   not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::sign, operation("ECDSA-SHA256"), "ec"), "/mechanism",
                   not_offered);
    expect_mistake(fixture_.refused(CryptoOperation::sign, operation("EDDSA"), "ed"), "/mechanism",
                   not_offered);
}

TEST_F(UseOutsideTest, DecryptsOnlyWithTheTokensHashes) {
    OperationFields ciphertext = oaep("SHA512");
    ciphertext.input = SecretBytes::copy_of(Bytes(256));
    expect_mistake(
        fixture_.refused(CryptoOperation::decrypt, std::move(ciphertext), "rsa"), "/hash",
        "the token of environment production does not decrypt RSA-PKCS-OAEP with it; it does with SHA-1");
}

TEST_F(UseOutsideTest, StandsInForAPublicKeyAlone) {
    fixture_.make("public", {.type = KeyType::public_key, .pair = &rsa()});
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, oaep("SHA-1"), "public");
    EXPECT_EQ(opened_outside(rsa(), RSA_PKCS1_OAEP_PADDING, EVP_sha1(), *sealed.output), "a message");
    expect_mistake(fixture_.refused(CryptoOperation::sign, operation("SHA256-RSA-PKCS"), "public"),
                   "/mechanism",
                   "needs the private key to sign, but the key is a public key; the key has none to sign");
}

TEST_F(UseOutsideTest, EncryptsWithPkcs1OnlyWhereTheTokenOffersIt) {
    UseFixture lenient(true);
    lenient.make("old",
                 {.type = KeyType::private_key, .mechanisms = MechanismList{"RSA-PKCS"}, .pair = &rsa()});
    lenient.production->do_without_public_actions();
    const UseResult sealed = lenient.run(CryptoOperation::encrypt, operation("RSA-PKCS"), "old");
    EXPECT_EQ(opened_outside(rsa(), RSA_PKCS1_PADDING, nullptr, *sealed.output), "a message");
    lenient.production->offer({"AES-GCM"});
    expect_mistake(lenient.refused(CryptoOperation::encrypt, operation("RSA-PKCS"), "old"), "/mechanism",
                   not_offered);
}

TEST_F(UseTokenTest, ThatCantOpenAHashDoesNotEncryptWithItThoughItCould) {
    const KeyPair pair = KeyPair::rsa();
    fixture_.make_private("rsa", pair);
    const auto oaep = [](const char* hash) {
        OperationFields fields = operation("RSA-PKCS-OAEP");
        fields.hash = hash;
        return fields;
    };
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, oaep("SHA-1"), "rsa").success);
    const auto error = fixture_.refused_batch(
        CryptoOperation::encrypt, operations(oaep("SHA-1"), oaep("SHA384"), oaep("SHA-1"), oaep("SHA224")),
        "rsa");
    EXPECT_EQ(pointers_of(error), (std::vector<std::string>{"/batch/1/hash", "/batch/3/hash"}));
    EXPECT_EQ(fixture_.production->operations(), 1U) << "nothing of the batch was done";
    fixture_.production->decrypt_oaep_with({Digest::sha384});
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, oaep("SHA384"), "rsa").success);
}

TEST_F(UseTokenTest, ThatOpensOaepGivesBackWhatWasEncrypted) {
    const KeyPair pair = KeyPair::rsa();
    fixture_.make_private("rsa", pair);
    const auto fields_for = [](OperationFields fields) {
        fields.hash = "SHA-1";
        return fields;
    };
    const UseResult sealed =
        fixture_.run(CryptoOperation::encrypt, fields_for(operation("RSA-PKCS-OAEP")), "rsa");
    EXPECT_EQ(sealed.output->size(), 256U);
    EXPECT_EQ(
        text_of(fixture_.run(CryptoOperation::decrypt, fields_for(opening(sealed, "RSA-PKCS-OAEP")), "rsa")
                    .output),
        "a message");
}

TEST_F(UseTokenTest, ThatIsOutOfReachIsNotReplacedByPublicKeys) {
    const KeyPair pair = KeyPair::ed25519();
    fixture_.make_private("ed", pair);
    fixture_.production->set_reachable(false);
    OperationFields fields = operation("EDDSA");
    fields.signature = signed_outside(pair, nullptr, 0, "a message");
    expect_error(fixture_.refused(CryptoOperation::verify, std::move(fields), "ed"),
                 ErrorKind::hsm_unavailable, "production: The token can't be reached");
}

// logs

TEST_F(UseTokenTest, LogsFailedDecryptionsWithoutWhatWasSent) {
    OperationFields forged = operation("AES-GCM", "forged octets");
    forged.iv = Bytes(12);
    forged.tag = Bytes(16);
    UseKeyRequest request = fixture_.single(CryptoOperation::decrypt, std::move(forged));
    request.origin.request_id = "request-9";
    testing::internal::CaptureStderr();
    fixture_.use.run(fixture_.bob, fixture_.project, std::move(request), {});
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find(R"("event":"key.decryption_failed","request":"request-9","user":"bob",)"
                       R"("project":"MyProject","key":"k","environment":"production","failures":1})"),
              std::string::npos)
        << log;
    EXPECT_EQ(log.find("forged"), std::string::npos);
}

TEST_F(UseTokenTest, LogsNothingOfWhatWentWell) {
    testing::internal::CaptureStderr();
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-GCM"));
    fixture_.run(CryptoOperation::decrypt, opening(sealed));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace keyward::service
