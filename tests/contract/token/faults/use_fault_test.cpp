// Use of a key when a module fails or lacks something: SoftHSM2 behind a shim that does either on demand.
#include <array>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/openssl_ptr.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/contract/token/support/shim_lab.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {
namespace {

using Done = CryptoResult::Kind;

class UseFaults : public ::testing::Test {
  protected:
    UseFaults() { prepare_process(); }

    void import(Kind kind, const KeyUsages& uses) {
        lab_.token()->import({id_, "label", make_key(kind), uses, ObjectLifetime::token, std::nullopt});
    }
    CryptoResult use(CryptoOperation action, const CryptoRequest& operation) {
        auto outcomes = lab_.token()->operate(id_, action, std::span(&operation, 1));
        return std::move(outcomes.at(0));
    }
    Done kind_of(CryptoOperation action, const CryptoRequest& operation) {
        return use(action, operation).kind;
    }
    TokenError error_of(CryptoOperation action, const CryptoRequest& operation) {
        try {
            lab_.token()->operate(id_, action, std::span(&operation, 1));
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("the use did not fail");
    }
    /// A key for GCM and a ciphertext made with it.
    CryptoRequest sealed() {
        import(Kind::aes256, {KeyUsage::encrypt_decrypt});
        const CryptoRequest sealing = operation("AES-GCM", message(48));
        return opening(sealing, use(CryptoOperation::encrypt, sealing));
    }
    static CryptoRequest tampered(const CryptoRequest& opening) {
        CryptoRequest changed = copy_of(opening);
        changed.input.writable().back() ^= 1;
        return changed;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    const ObjectId id_ = ObjectId::random();
    const CryptoRequest mac_ = operation("SHA256-HMAC", message(32));
    const CryptoRequest rsa_ = operation("SHA256-RSA-PKCS", message(32));
};

class LostHandle : public UseFaults, public ::testing::WithParamInterface<CK_RV> {};
INSTANTIATE_TEST_SUITE_P(Answers, LostHandle,
                         ::testing::Values(CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(LostHandle, IsMendedByLookingOnceMore) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    shim_.init = GetParam();
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    EXPECT_EQ(shim_.searches, 1U);
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    EXPECT_EQ(shim_.searches, 1U);
}

TEST_P(LostHandle, OfAnObjectThatIsGoneIsMissing) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    lab_.token_of_others()->destroy(id_);
    shim_.init = GetParam();
    EXPECT_EQ(error_of(CryptoOperation::sign, mac_).fault(), TokenFault::missing);
}

TEST_P(LostHandle, AtTheCallItselfIsMendedToo) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    shim_.sign = GetParam();
    EXPECT_EQ(error_of(CryptoOperation::sign, mac_).fault(), TokenFault::missing);
    shim_.sign = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

TEST_F(UseFaults, InTheMiddleOfACallAHandleIsLookedForAndTheOutcomesStay) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    std::vector<CryptoRequest> signing(5);
    for (CryptoRequest& each : signing)
        each = operation("SHA256-HMAC", message(8));
    std::vector<Bytes> expected;
    for (const CryptoRequest& each : signing) {
        const CryptoResult made = use(CryptoOperation::sign, each);
        expected.emplace_back(made.output.reveal().begin(), made.output.reveal().end());
    }
    shim_.init_after = 3;
    shim_.init = CKR_OBJECT_HANDLE_INVALID;
    const std::vector<CryptoResult> outcomes = lab_.token()->operate(id_, CryptoOperation::sign, signing);
    ASSERT_EQ(outcomes.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_TRUE(std::ranges::equal(outcomes[i].output.reveal(), expected[i])) << i;
    EXPECT_EQ(shim_.searches, 1U);
}

TEST_F(UseFaults, AKeyThatWasImportedIsNeitherSearchedForNorRead) {
    import(Kind::rsa, {KeyUsage::sign_verify});
    EXPECT_EQ(kind_of(CryptoOperation::sign, rsa_), Done::done);
    const CK_ULONG reads = shim_.reads;
    const CryptoResult made = use(CryptoOperation::sign, rsa_);
    EXPECT_EQ(kind_of(CryptoOperation::verify, verification(rsa_, made)), Done::done);
    EXPECT_EQ(shim_.searches, 0U);
    EXPECT_EQ(shim_.reads, reads);
}

TEST_F(UseFaults, AKeyThatAWalkShowedIsNotSearchedFor) {
    lab_.token_of_others()->import(
        {id_, "theirs", make_key(Kind::rsa), {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    lab_.token()->scan([](const auto&, std::size_t, std::size_t) {});
    const CK_ULONG searches = shim_.searches;
    const CryptoResult made = use(CryptoOperation::sign, rsa_);
    EXPECT_EQ(kind_of(CryptoOperation::verify, verification(rsa_, made)), Done::done);
    EXPECT_EQ(shim_.searches, searches);
}

TEST_F(UseFaults, AKeyIsSearchedForOnce) {
    lab_.token_of_others()->import({id_,
                                    "theirs",
                                    make_key(Kind::hmac64),
                                    {KeyUsage::sign_verify},
                                    ObjectLifetime::token,
                                    std::nullopt});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    EXPECT_EQ(shim_.searches, 1U);
}

TEST_F(UseFaults, AHalfThatIsNotThereCostsTheOtherNoSearch) {
    import(Kind::rsa_public, {KeyUsage::sign_verify});
    EXPECT_EQ(error_of(CryptoOperation::sign, rsa_).fault(), TokenFault::missing);
    const CK_ULONG searches = shim_.searches;
    CryptoRequest verifying = copy_of(rsa_);
    verifying.signature = message(256);
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::failed);
    EXPECT_EQ(shim_.searches, searches);
}

/// A key pair, and a verification that names its public key.
class NamedPublicKey : public UseFaults {
  protected:
    void import_as(Token& token, const keys::KeyMaterial& key) {
        token.import({id_, "label", key, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    }
    /// Number of reads and searches of the next use.
    std::pair<CK_ULONG, CK_ULONG> cost_of_use(Done expected) {
        const CK_ULONG reads = shim_.reads;
        const CK_ULONG searches = shim_.searches;
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying_), expected);
        return {shim_.reads - reads, shim_.searches - searches};
    }

    static constexpr std::pair<CK_ULONG, CK_ULONG> nothing{0, 0};
    const std::shared_ptr<Token> others_ = lab_.token_of_others();
    const keys::KeyMaterial key_ = make_key(Kind::rsa);
    const keys::PublicKey half_ = keys::public_half(key_).value();
    const CryptoRequest verifying_ = [this] {
        import_as(*others_, key_);
        auto made = others_->operate(id_, CryptoOperation::sign, std::span(&rsa_, 1));
        CryptoRequest verifying = verification(rsa_, made.at(0));
        verifying.public_key_sha256 = keys::public_key_sha256(half_);
        return verifying;
    }();
};

TEST_F(NamedPublicKey, ThatASearchFoundIsNeitherSearchedForNorReadAgain) {
    EXPECT_EQ(cost_of_use(Done::done).second, 1U);
    EXPECT_EQ(cost_of_use(Done::done), nothing);
}

TEST_F(NamedPublicKey, ThatAWalkShowedIsNeitherSearchedForNorRead) {
    lab_.token()->scan([](const auto&, std::size_t, std::size_t) {});
    EXPECT_EQ(cost_of_use(Done::done), nothing);
}

TEST_F(NamedPublicKey, ThatWasImportedIsNeitherSearchedForNorRead) {
    others_->destroy(id_);
    import_as(*lab_.token(), key_);
    EXPECT_EQ(cost_of_use(Done::done), nothing);
}

TEST_F(NamedPublicKey, ThatWasFoundForNobodyIsReadOnce) {
    CryptoRequest unnamed = copy_of(verifying_);
    unnamed.public_key_sha256.clear();
    EXPECT_EQ(kind_of(CryptoOperation::verify, unnamed), Done::done);
    EXPECT_EQ(cost_of_use(Done::done), std::pair(CK_ULONG{1}, CK_ULONG{0}));
    EXPECT_EQ(cost_of_use(Done::done), nothing);
}

TEST_F(NamedPublicKey, AmongPlantedOnesIsSearchedForOnce) {
    import_as(*others_, std::get<keys::RsaPrivateKey>(make_other_key(Kind::rsa)).public_key);
    lab_.token()->scan([](const auto&, std::size_t, std::size_t) {});
    EXPECT_EQ(cost_of_use(Done::done).second, 1U);
    EXPECT_EQ(cost_of_use(Done::done), nothing);
}

TEST_F(NamedPublicKey, ThatIsNotThereIsNotSearchedForAgainWhileThePrivateOneIs) {
    others_->destroy(id_);
    import_as(*others_, make_other_key(Kind::rsa));
    EXPECT_EQ(cost_of_use(Done::not_offered).second, 1U);
    EXPECT_EQ(cost_of_use(Done::not_offered), std::pair(CK_ULONG{1}, CK_ULONG{0}));
}

TEST_F(NamedPublicKey, ThatCanNotBeReadIsNotUsed) {
    shim_.get_attribute_value = CKR_DEVICE_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::verify, verifying_).fault(), TokenFault::failed);
    shim_.get_attribute_value = CKR_OK;
    shim_.lie_about = CKA_MODULUS;
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying_), Done::not_offered);
}

TEST_F(UseFaults, TheCurveOfAKeyIsReadOnce) {
    import(Kind::p256, {KeyUsage::sign_verify});
    const CK_ULONG before = shim_.reads;
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(kind_of(CryptoOperation::sign, operation("ECDSA-SHA512", message(8))), Done::done);
    EXPECT_EQ(shim_.reads, before + 1);
}

struct DigestOnCurve {
    Kind kind;
    const char* mechanism;
    CK_ULONG octets;
};
class EcdsaWithoutHashing : public UseFaults, public ::testing::WithParamInterface<DigestOnCurve> {};
INSTANTIATE_TEST_SUITE_P(Curves, EcdsaWithoutHashing,
                         ::testing::Values(DigestOnCurve{Kind::p256, "ECDSA-SHA256", 32},
                                           DigestOnCurve{Kind::p256, "ECDSA-SHA512", 32},
                                           DigestOnCurve{Kind::secp256k1, "ECDSA-SHA384", 32},
                                           DigestOnCurve{Kind::p384, "ECDSA-SHA512", 48},
                                           DigestOnCurve{Kind::p384, "ECDSA-SHA256", 32},
                                           DigestOnCurve{Kind::p521, "ECDSA-SHA512", 64}),
                         [](const auto& test) {
                             return name_of(test.param.kind) + "_" +
                                    std::string(test.param.mechanism).substr(6);
                         });

// Some tokens accept no more octets than the order has, while SoftHSM2 truncates the digest itself.
TEST_P(EcdsaWithoutHashing, IsGivenNoMoreOfTheDigestThanTheOrderHas) {
    import(GetParam().kind, {KeyUsage::sign_verify});
    EXPECT_EQ(kind_of(CryptoOperation::sign, operation(GetParam().mechanism, message(100))), Done::done);
    EXPECT_EQ(shim_.signed_octets, GetParam().octets);
}

TEST_F(UseFaults, TheMechanismsAreListedOnce) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    EXPECT_EQ(shim_.lists, 2U);  // the length, and the list
}

/// Values that a token may return for a mechanism that it lists and supports.
class UntoldMechanism : public UseFaults, public ::testing::WithParamInterface<CK_RV> {
  protected:
    UntoldMechanism() {
        import(Kind::hmac64, {KeyUsage::sign_verify});
        shim_.lies.mechanism_info = GetParam();
    }
};
INSTANTIATE_TEST_SUITE_P(Answers, UntoldMechanism,
                         ::testing::Values(CKR_DEVICE_ERROR, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED,
                                           CKR_VENDOR_DEFINED | 0x42UL),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(UntoldMechanism, FailsThatUseAloneAndServesTheNext) {
    shim_.lies.mechanism_info_failures = 1;
    const TokenError error = error_of(CryptoOperation::sign, mac_);
    EXPECT_EQ(error.fault(), TokenFault::failed);
    EXPECT_EQ(error.call(), "C_GetMechanismInfo");
    EXPECT_EQ(error.code(), hsm::name_of(GetParam()));
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

TEST_P(UntoldMechanism, OfATokenThatDoesNotAnswerIsAnOutage) {
    shim_.lies.mechanism_info_failures = 1;
    shim_.get_token_info = CKR_DEVICE_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::sign, mac_).fault(), TokenFault::unreachable);
    shim_.get_token_info = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

TEST_P(UntoldMechanism, InAPingIsReadByTheNextAndTheOthersAreKept) {
    lab_.token_of_others()->ping();
    const CK_ULONG all = shim_.lies.mechanism_infos;
    shim_.lies.mechanism_infos_before = 3;
    shim_.lies.mechanism_info_failures = 1;
    lab_.token()->ping();
    EXPECT_EQ(shim_.lies.mechanism_infos, all + 4);
    lab_.token()->ping();
    EXPECT_EQ(shim_.lies.mechanism_infos, 2 * all + 1);
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

TEST_F(UseFaults, AMechanismThatTheTokenCallsInvalidIsNotOfferedAndNotAskedForAgain) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    shim_.lies.mechanism_info = CKR_MECHANISM_INVALID;
    shim_.lies.mechanism_info_failures = 1;
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::not_offered);
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::not_offered);
    EXPECT_EQ(shim_.lies.mechanism_infos, 1U);
}

TEST_F(UseFaults, OaepIsProvedOnce) {
    lab_.token()->oaep_hashes();
    const CK_ULONG inits = shim_.inits;
    lab_.token()->oaep_hashes();
    EXPECT_EQ(shim_.inits, inits);
}

TEST_F(UseFaults, OaepIsProvedAnewAfterTheSessionsWereLost) {
    lab_.token()->oaep_hashes();
    const CK_ULONG inits = shim_.inits;
    lose_sessions(lab_.inspector());
    EXPECT_EQ(lab_.token()->oaep_hashes(), std::set{Digest::sha1});
    EXPECT_GT(shim_.inits, inits);
}

TEST_F(UseFaults, AProofOfOaepThatBreaksOffIsMadeAgain) {
    shim_.decrypt = CKR_DEVICE_ERROR;
    EXPECT_THROW(lab_.token()->oaep_hashes(), TokenError);
    shim_.decrypt = CKR_OK;
    EXPECT_EQ(lab_.token()->oaep_hashes(), std::set{Digest::sha1});
}

TEST_F(UseFaults, AProofOfOaepWhoseSpoiltSessionIsNotReplacedMakesNoCallInIt) {
    shim_.decrypt = CKR_GENERAL_ERROR;  // and the operation stays active
    lab_.token()->ping();
    lab_.token()->count(id_);  // leaves a session
    shim_.open_session = CKR_DEVICE_ERROR;
    EXPECT_THROW(lab_.token()->oaep_hashes(), TokenError);
    EXPECT_EQ(shim_.lies.calls_in_closed_sessions, 0U);
    shim_.decrypt = CKR_OK;
    shim_.open_session = CKR_OK;
    EXPECT_EQ(lab_.token()->oaep_hashes(), std::set{Digest::sha1});
}

TEST_F(UseFaults, ATrialOfWrongCiphertextsWhoseSpoiltSessionIsNotReplacedMakesNoCallInIt) {
    const CryptoRequest right = sealed();
    shim_.encrypt = CKR_MECHANISM_PARAM_INVALID;  // with the trial key
    shim_.open_session = CKR_DEVICE_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, tampered(right)).fault(), TokenFault::failed);
    EXPECT_EQ(shim_.lies.calls_in_closed_sessions, 0U);
    shim_.encrypt = CKR_OK;
    shim_.open_session = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, tampered(right)), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right), Done::done);
}

TEST_F(UseFaults, ATokenThatTakesNoSessionObjectProvesNoOaep) {
    shim_.create_private_object = CKR_TEMPLATE_INCONSISTENT;
    EXPECT_TRUE(lab_.token()->oaep_hashes().empty());
}

/// Values that modules have returned for a single input that they rejected, and for every call in an outage.
constexpr std::array odd_answers{
    CKR_GENERAL_ERROR,     CKR_FUNCTION_FAILED,           CKR_DEVICE_ERROR, CKR_HOST_MEMORY,
    CKR_DEVICE_REMOVED,    CKR_OPERATION_NOT_INITIALIZED, CKR_PIN_EXPIRED,  CKR_SESSION_CLOSED,
    CKR_TOKEN_NOT_PRESENT, CKR_VENDOR_DEFINED | 0x42UL};

TEST_F(UseFaults, AnOddAnswerToASignatureOfATokenThatAnswersFailsThatCallAlone) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    for (const CK_RV answer : odd_answers) {
        shim_.sign = answer;
        const TokenError error = error_of(CryptoOperation::sign, mac_);
        EXPECT_EQ(error.fault(), TokenFault::failed);
        EXPECT_EQ(error.call(), "C_Sign");
        EXPECT_EQ(error.code(), hsm::name_of(answer));
        shim_.sign = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    }
}

TEST_F(UseFaults, AnOddAnswerToADecryptionIsNoWrongCiphertextAndFailsThatCallAlone) {
    const CryptoRequest opening = sealed();
    for (const CK_RV answer : odd_answers) {
        shim_.decrypt = answer;
        EXPECT_EQ(error_of(CryptoOperation::decrypt, opening).fault(), TokenFault::failed)
            << hsm::name_of(answer);
        shim_.decrypt = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, opening), Done::done);
    }
}

TEST_F(UseFaults, AnOddAnswerOfATokenThatDoesNotAnswerIsAnOutage) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
    shim_.sign = CKR_GENERAL_ERROR;
    shim_.get_token_info = CKR_DEVICE_ERROR;
    const TokenError error = error_of(CryptoOperation::sign, mac_);
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
}

TEST_F(UseFaults, AVerificationThatEndsOddlyIsLeftToThePublicKey) {
    import(Kind::rsa, {KeyUsage::sign_verify});
    const CryptoRequest verifying = verification(rsa_, use(CryptoOperation::sign, rsa_));
    for (const CK_RV answer : odd_answers) {
        shim_.verify = answer;
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::unanswered) << hsm::name_of(answer);
        shim_.verify = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::done);
    }
}

TEST_F(UseFaults, AVerificationThatCantBeBegunIsLeftToThePublicKey) {
    import(Kind::rsa, {KeyUsage::sign_verify});
    const CryptoRequest verifying = verification(rsa_, use(CryptoOperation::sign, rsa_));
    for (const CK_RV answer : {CKR_DEVICE_ERROR, CKR_KEY_SIZE_RANGE, CKR_KEY_TYPE_INCONSISTENT}) {
        shim_.init = answer;
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::unanswered) << hsm::name_of(answer);
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::done);
    }
}

// kryoptic returns CKR_DEVICE_ERROR, wolfPKCS11 CKR_FUNCTION_FAILED.
TEST_F(UseFaults, AWrongSignatureIsLeftToThePublicKeyWhereTheModuleHasNoNameForIt) {
    import(Kind::p256, {KeyUsage::sign_verify});
    const CryptoRequest signing = operation("ECDSA-SHA256", message(8));
    CryptoRequest verifying = verification(signing, use(CryptoOperation::sign, signing));
    verifying.signature.back() ^= 1;
    for (const CK_RV answer : {CKR_DEVICE_ERROR, CKR_FUNCTION_FAILED}) {
        shim_.wrong_signature = answer;
        EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::unanswered);
    }
    verifying.signature.back() ^= 1;
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::done);
}

TEST_F(UseFaults, AVerificationByATokenThatDoesNotAnswerIsAnOutage) {
    import(Kind::rsa, {KeyUsage::sign_verify});
    const CryptoRequest verifying = verification(rsa_, use(CryptoOperation::sign, rsa_));
    shim_.verify = CKR_DEVICE_ERROR;
    shim_.get_session_info = CKR_DEVICE_ERROR;
    shim_.session_info_after = 1;  // the lease's own call succeeds
    EXPECT_EQ(error_of(CryptoOperation::verify, verifying).fault(), TokenFault::unreachable);
}

TEST_F(UseFaults, AnEncryptionWithAPublicKeyThatEndsOddlyIsLeftToThePublicKey) {
    import(Kind::rsa, {KeyUsage::encrypt_decrypt});
    const CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(8));
    for (const CK_RV answer : odd_answers) {
        shim_.encrypt = answer;
        EXPECT_EQ(kind_of(CryptoOperation::encrypt, sealing), Done::unanswered) << hsm::name_of(answer);
    }
}

TEST_F(UseFaults, AnInputThatIsTooLongForAPublicKeyIsRefusedWhateverTheModuleSays) {
    import(Kind::rsa, {KeyUsage::encrypt_decrypt});
    for (const char* const name : {"RSA-PKCS-OAEP", "RSA-PKCS"}) {
        const CryptoResult outcome = use(CryptoOperation::encrypt, operation(name, message(246)));
        EXPECT_EQ(outcome.kind, Done::refused) << name;
        EXPECT_EQ(outcome.reason, "The token refuses the input: it is too long for the key");
    }
}

TEST_F(UseFaults, AModuleThatEndsAnOperationOnEmptyInputIsHeardAndNotItsCleanup) {
    const std::string why = "The token refuses the input: it does not accept the arguments of the call";
    import(Kind::hmac64, {KeyUsage::sign_verify});
    shim_.ends_on_empty = true;
    const CryptoResult signing = use(CryptoOperation::sign, operation("SHA256-HMAC", {}));
    EXPECT_EQ(signing.kind, Done::refused);
    EXPECT_EQ(signing.reason, why);
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

TEST_F(UseFaults, AVerificationOfEmptyInputThatTheModuleEndsIsLeftToThePublicKey) {
    import(Kind::rsa, {KeyUsage::sign_verify});
    const CryptoRequest empty = operation("SHA256-RSA-PKCS", {});
    const CryptoRequest verifying = verification(empty, use(CryptoOperation::sign, empty));
    shim_.ends_on_empty = true;
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::unanswered);
}

TEST_F(UseFaults, AFailedDecryptionInASessionThatIsLostIsNoWrongCiphertext) {
    const CryptoRequest opening = sealed();
    for (const CK_RV answer : {CKR_GENERAL_ERROR, CKR_ENCRYPTED_DATA_INVALID}) {
        shim_.decrypt = answer;
        shim_.session_lost_after_decrypt = true;
        EXPECT_EQ(error_of(CryptoOperation::decrypt, opening).fault(), TokenFault::failed);
        shim_.session_lost_after_decrypt = false;
        shim_.decrypt = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, opening), Done::done);
    }
}

class FailedDecryption : public UseFaults, public ::testing::WithParamInterface<CK_RV> {};
INSTANTIATE_TEST_SUITE_P(Answers, FailedDecryption,
                         ::testing::Values(CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE,
                                           CK_RV{0x42}),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(FailedDecryption, ThatLeavesItsOperationActiveCostsTheSessionAlone) {
    const CryptoRequest right = sealed();
    shim_.wrong_ciphertext = GetParam();
    shim_.leaves_active = true;
    std::vector<CryptoRequest> wrong(3);
    for (CryptoRequest& each : wrong)
        each = tampered(right);
    for (const CryptoResult& outcome : lab_.token()->operate(id_, CryptoOperation::decrypt, wrong))
        EXPECT_EQ(outcome.kind, Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right), Done::done);
    EXPECT_LE(shim_.lies.open_sessions, 2U);
}

TEST_F(UseFaults, ACiphertextThatTheTokenRefusesForItsFormIsRefusedInWords) {
    const CryptoRequest opening = sealed();
    for (const CK_RV answer : {CKR_DATA_INVALID, CKR_DATA_LEN_RANGE, CKR_ARGUMENTS_BAD}) {
        shim_.decrypt = answer;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, opening), Done::refused) << hsm::name_of(answer);
        shim_.decrypt = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, opening), Done::done);
    }
}

/// A mechanism, a correct ciphertext and a wrong one.
struct Ciphertexts {
    const char* mechanism;
    Kind kind;
};

class WrongCiphertexts : public UseFaults, public ::testing::WithParamInterface<Ciphertexts> {
  protected:
    WrongCiphertexts() {
        import(GetParam().kind, {KeyUsage::encrypt_decrypt});
        const CryptoRequest sealing = operation(GetParam().mechanism, message(7));
        right_ = opening(sealing, use(CryptoOperation::encrypt, sealing));
        wrong_ = copy_of(right_);
        (wrong_.mechanism->scheme == Scheme::cbc_pad ? wrong_.iv.back() : wrong_.input.writable().back()) ^=
            0x80;
    }

    CryptoRequest right_{};
    CryptoRequest wrong_{};
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, WrongCiphertexts,
                         ::testing::Values(Ciphertexts{"AES-GCM", Kind::aes256},
                                           Ciphertexts{"AES-CBC-PAD", Kind::aes128},
                                           Ciphertexts{"DES3-CBC-PAD", Kind::desede},
                                           Ciphertexts{"RSA-PKCS-OAEP", Kind::rsa},
                                           Ciphertexts{"RSA-PKCS", Kind::rsa}),
                         [](const auto& test) {
                             std::string name = test.param.mechanism;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(WrongCiphertexts, AreKnownByWhateverCodeTheModuleHasForThem) {
    for (const CK_RV answer : odd_answers) {
        shim_.wrong_ciphertext = answer;
        lose_sessions(lab_.inspector());
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed) << hsm::name_of(answer);
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    }
}

TEST_P(WrongCiphertexts, AreNotWhatAnotherCodeThanTheirsSays) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.decrypt = CKR_GENERAL_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, wrong_).fault(), TokenFault::failed);
}

TEST_P(WrongCiphertexts, AreNotWhatAnOutageWithTheirCodeMakesOfARightOne) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.decrypt = CKR_FUNCTION_FAILED;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
    shim_.decrypt = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
}

TEST_P(WrongCiphertexts, AreNotWhatASingleFailureWithTheirCodeMakesOfARightOne) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.bad_decrypt = CKR_FUNCTION_FAILED;
    shim_.bad_decrypts = 1;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    EXPECT_EQ(shim_.bad_decrypts, 0U);
}

TEST_P(WrongCiphertexts, AreLearntWithTheKeyItselfWhereTheTokenTakesNoSessionObject) {
    shim_.create_session_object = CKR_TEMPLATE_INCONSISTENT;
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    }
    shim_.decrypt = CKR_GENERAL_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
}

constexpr CK_RV standard_codes[] = {CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE,
                                    CK_RV{0x42}};  // CKR_AEAD_DECRYPT_FAILED

TEST_P(WrongCiphertexts, AreNotWhatAStandardCodeSaysInAnOutageOfAModuleThatHasAnotherForThem) {
    for (const CK_RV code : standard_codes) {
        lose_sessions(lab_.inspector());
        shim_.decrypt = code;
        EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed)
            << "nothing was learnt yet";
        shim_.decrypt = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
        shim_.decrypt = code;
        const TokenError error = error_of(CryptoOperation::decrypt, right_);
        EXPECT_EQ(error.fault(), TokenFault::failed);
        EXPECT_EQ(error.code(), hsm::name_of(code));
        EXPECT_THAT(error.what(), ::testing::StartsWith("The token answers, but this call failed: "));
        shim_.decrypt = CKR_OK;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    }
}

TEST_P(WrongCiphertexts, AreNotWhatOneStandardCodeSaysWhereTheModuleHasAnotherOfThemForThem) {
    shim_.wrong_ciphertext = CKR_ENCRYPTED_DATA_INVALID;
    shim_.wrong_length = CKR_ENCRYPTED_DATA_INVALID;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.bad_decrypt = CKR_ENCRYPTED_DATA_LEN_RANGE;
    shim_.bad_decrypts = 1;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
}

TEST_P(WrongCiphertexts, AreKnownByTheStandardsCodesAloneWhereNothingCanBeLearnt) {
    shim_.create_session_object = CKR_TEMPLATE_INCONSISTENT;
    shim_.encrypt = CKR_KEY_FUNCTION_NOT_PERMITTED;
    shim_.lies.gives_up_at = CKA_MODULUS;
    shim_.lies.gives_up_with = CKR_ATTRIBUTE_SENSITIVE;
    for (const CK_RV code : standard_codes) {
        shim_.wrong_ciphertext = code;
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed) << hsm::name_of(code);
    }
    shim_.wrong_ciphertext = CKR_GENERAL_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, wrong_).fault(), TokenFault::failed);
}

TEST_P(WrongCiphertexts, OfAWrongLengthAreKnownByTheCodeThatTheModuleHasForThose) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    for (const CK_RV code : {CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_DATA_LEN_RANGE, CKR_GENERAL_ERROR}) {
        lose_sessions(lab_.inspector());
        shim_.wrong_length = code;
        CryptoRequest shorter = copy_of(right_);
        shorter.input.truncate(right_.input.size() - 1);
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, shorter), Done::failed) << hsm::name_of(code);
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    }
}

TEST_P(WrongCiphertexts, AreLearntWithTheKeyItselfWhereASessionObjectCantBeUsed) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    shim_.bad_decrypt = CKR_FUNCTION_FAILED;
    shim_.bad_decrypts = 2;  // the tested one, and the correct one with the session object
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    EXPECT_EQ(shim_.bad_decrypts, 0U);
}

TEST_P(WrongCiphertexts, OfAWrongLengthAreKnownWhereTheModuleDoesNotEndItsOperations) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    shim_.wrong_length = CKR_GENERAL_ERROR;
    shim_.leaves_active = true;
    CryptoRequest shorter = copy_of(right_);
    shorter.input.truncate(right_.input.size() - 1);
    for (const CryptoRequest* wrong : {&wrong_, &shorter, &wrong_})
        EXPECT_EQ(kind_of(CryptoOperation::decrypt, *wrong), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
}

TEST_P(WrongCiphertexts, AreNotLearntInAnOutage) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    shim_.bad_decrypts_after = 2;  // the tested one, and the correct one with the trial key
    shim_.bad_decrypt = CKR_DEVICE_ERROR;
    shim_.bad_decrypts = 1000;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, wrong_).fault(), TokenFault::failed);
    shim_.bad_decrypts = 0;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.decrypt = CKR_DEVICE_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
}

TEST_P(WrongCiphertexts, AreLearntOnceForCallersWhoMeetTheFirstAtTheSameTime) {
    const CK_ULONG created = shim_.created;
    std::vector<std::future<Done>> callers;
    for (int i = 0; i < 6; ++i)
        callers.push_back(
            std::async(std::launch::async, [this] { return kind_of(CryptoOperation::decrypt, wrong_); }));
    for (auto& caller : callers)
        EXPECT_EQ(caller.get(), Done::failed);
    EXPECT_EQ(shim_.created, created + (GetParam().kind == Kind::rsa ? 2U : 1U));
}

TEST_P(WrongCiphertexts, AreNotWhatTheirCodeSaysWhereTheKeyInUseOpensNoRightOne) {
    shim_.create_session_object = CKR_TEMPLATE_INCONSISTENT;
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.bad_decrypt = CKR_FUNCTION_FAILED;
    shim_.bad_decrypts = 2;  // the tested one, and the correct one
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
    EXPECT_EQ(shim_.bad_decrypts, 0U);
}

TEST_P(WrongCiphertexts, AreLearntOnceAndTriedTwice) {
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    const CK_ULONG inits = shim_.inits;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    // Two for the tested ciphertext, and one for a correct one between them.
    EXPECT_LE(shim_.inits - inits, 3U);
}

TEST_P(WrongCiphertexts, AreLearntAgainWhenTheSessionOfTheTrialKeyIsClosed) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    shim_.decrypt = CKR_DEVICE_ERROR;  // closes the only session
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
    shim_.decrypt = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
}

TEST_P(WrongCiphertexts, LeaveNoObjectInTheToken) {
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    std::size_t objects = 0;
    lab_.token()->scan([&](const auto&, std::size_t, std::size_t) { ++objects; });
    EXPECT_EQ(objects, GetParam().kind == Kind::rsa ? 2U : 1U);
}

/// A ciphertext with wrong padding but a valid length octet or a block of type 2.
class OddPadding : public WrongCiphertexts {
  protected:
    [[nodiscard]] CryptoRequest odd() const {
        CryptoRequest odd = copy_of(right_);
        if (odd.mechanism->scheme == Scheme::cbc_pad) {
            const unsigned padding = odd.mechanism->iv_size - 7U;  // of a message of seven octets
            odd.iv.back() ^= static_cast<std::uint8_t>(padding ^ (padding == 1 ? 2U : padding - 1U));
            return odd;
        }
        odd.input = SecretBytes::copy_of(block_of_type_2_without_end());
        return odd;
    }

  private:
    static Bytes block_of_type_2_without_end() {
        const auto half = keys::public_half(make_key(Kind::rsa)).value();
        const auto& rsa = std::get<keys::RsaPublicKey>(half);
        Bytes block(rsa.modulus.size(), 0xA5);
        block[0] = 0x00;
        block[1] = 0x02;
        const BnCtxPtr context(BN_CTX_new());
        const BnPtr number = number_from(block);
        BN_mod_exp(number.get(), number.get(), number_from(rsa.public_exponent).get(),
                   number_from(rsa.modulus).get(), context.get());
        BN_bn2binpad(number.get(), block.data(), static_cast<int>(block.size()));
        return block;
    }
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, OddPadding,
                         ::testing::Values(Ciphertexts{"AES-CBC-PAD", Kind::aes128},
                                           Ciphertexts{"DES3-CBC-PAD", Kind::desede},
                                           Ciphertexts{"RSA-PKCS", Kind::rsa}),
                         [](const auto& test) {
                             std::string name = test.param.mechanism;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(OddPadding, WithACodeOfItsOwnIsToldAsEveryWrongCiphertext) {
    shim_.wrong_ciphertext = CKR_FUNCTION_FAILED;
    shim_.odd_padding = CKR_GENERAL_ERROR;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, odd()), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, wrong_), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right_), Done::done);
    shim_.decrypt = CKR_GENERAL_ERROR;
    EXPECT_EQ(error_of(CryptoOperation::decrypt, right_).fault(), TokenFault::failed);
}

TEST_F(UseFaults, AFailedDecryptionThatTheTokenHasEndedKeepsItsSession) {
    const CryptoRequest opening = sealed();
    const CK_ULONG sessions = shim_.sessions;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, tampered(opening)), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, opening), Done::done);
    EXPECT_EQ(shim_.sessions, sessions);
}

TEST_F(UseFaults, WhateverIsWrongWithACiphertextItsSessionIsKept) {
    const CryptoRequest gcm = sealed();
    const CK_ULONG sessions = shim_.sessions;
    std::vector<CryptoRequest> wrong;
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 64U})
        wrong.push_back(operation("AES-GCM", message(size)));
    for (const std::size_t size : {0U, 1U, 16U})  // a block of 16 octets may end like valid padding
        wrong.push_back(operation("AES-CBC-PAD", Bytes(size, 0x5A)));
    wrong.push_back(operation("AES-ECB", message(15)));
    for (const CryptoRequest& each : wrong)
        use(CryptoOperation::decrypt, each);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, gcm), Done::done);
    EXPECT_EQ(shim_.sessions, sessions);
}

TEST_F(UseFaults, WhateverIsWrongWithACiphertextOfRsaItsSessionIsKept) {
    import(Kind::rsa, {KeyUsage::encrypt_decrypt});
    const CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(8));
    const CryptoRequest right = opening(sealing, use(CryptoOperation::encrypt, sealing));
    const CK_ULONG sessions = shim_.sessions;
    for (const char* const name : {"RSA-PKCS-OAEP", "RSA-PKCS"})
        for (const std::size_t size : {0U, 1U, 255U, 257U})
            EXPECT_EQ(kind_of(CryptoOperation::decrypt, operation(name, Bytes(size, 0x5A))), Done::failed)
                << name << size;
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, operation("RSA-PKCS-OAEP", Bytes(256, 0x5A))), Done::failed);
    EXPECT_EQ(kind_of(CryptoOperation::decrypt, right), Done::done);
    EXPECT_EQ(shim_.sessions, sessions);
}

TEST_F(UseFaults, AFailedVerificationKeepsItsSession) {
    import(Kind::p256, {KeyUsage::sign_verify});
    const CryptoRequest signing = operation("ECDSA-SHA256", message(8));
    CryptoRequest verifying = verification(signing, use(CryptoOperation::sign, signing));
    verifying.signature.back() ^= 1;
    const CK_ULONG sessions = shim_.sessions;
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::failed);
    verifying.signature.back() ^= 1;
    EXPECT_EQ(kind_of(CryptoOperation::verify, verifying), Done::done);
    EXPECT_EQ(shim_.sessions, sessions);
}

TEST_F(UseFaults, DataThatTheTokenRefusesIsRefusedInWords) {
    import(Kind::hmac64, {KeyUsage::sign_verify});
    shim_.sign = CKR_DATA_LEN_RANGE;
    const CryptoResult outcome = use(CryptoOperation::sign, mac_);
    EXPECT_EQ(outcome.kind, Done::refused);
    EXPECT_EQ(outcome.reason, "The token refuses the input: it does not accept data of this length");
    shim_.sign = CKR_OK;
    EXPECT_EQ(kind_of(CryptoOperation::sign, mac_), Done::done);
}

/// RSA mechanisms that hash, and the same without hashing.
class HashingMechanism : public UseFaults, public ::testing::WithParamInterface<const char*> {
  protected:
    HashingMechanism() { import_pair(); }
    void import_pair() {
        lab_.token()->import(
            {id_, "label", key_, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    }
    bool signs_rightly() {
        const CryptoResult made = use(CryptoOperation::sign, signing_);
        return made.kind == Done::done &&
               is_right(GetParam(), key_, signing_.input.reveal(), made.output.reveal());
    }
    Done verified() {
        const CryptoRequest verifying = verification(signing_, use(CryptoOperation::sign, signing_));
        return kind_of(CryptoOperation::verify, verifying);
    }

    const keys::KeyMaterial key_ = make_key(Kind::rsa);
    const CryptoRequest signing_ = operation(GetParam(), message(100));
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, HashingMechanism,
                         ::testing::Values("SHA256-RSA-PKCS", "SHA256-RSA-PKCS-PSS"), [](const auto& test) {
                             return test.index == 0 ? std::string("Pkcs1") : std::string("Pss");
                         });

TEST_P(HashingMechanism, ThatIsRefusedGivesWayToTheBareOne) {
    shim_.without_hashing = true;
    EXPECT_TRUE(signs_rightly());
    EXPECT_EQ(verified(), Done::done);
}

TEST_P(HashingMechanism, ThatIsNotListedGivesWayToTheBareOneWithoutBeingTried) {
    shim_.unlisted_hashing = true;
    const CK_ULONG inits = shim_.inits;
    EXPECT_TRUE(signs_rightly());
    EXPECT_EQ(shim_.inits, inits + 1);
}

TEST_P(HashingMechanism, IsEnoughForInput) {
    shim_.without_bare = true;
    EXPECT_TRUE(signs_rightly());
    EXPECT_EQ(verified(), Done::done);
}

TEST_P(HashingMechanism, AloneIsNotOfferedForADigest) {
    shim_.without_bare = true;
    EXPECT_EQ(kind_of(CryptoOperation::sign, over_digest(signing_)), Done::not_offered);
}

TEST_P(HashingMechanism, AndTheBareOneMissingIsNotOffered) {
    shim_.without_hashing = true;
    shim_.without_bare = true;
    EXPECT_EQ(kind_of(CryptoOperation::sign, signing_), Done::not_offered);
    EXPECT_EQ(kind_of(CryptoOperation::verify, signing_), Done::not_offered);
}

}  // namespace
}  // namespace keyward::tests
