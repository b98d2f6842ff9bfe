// Imports when a module fails or lies: SoftHSM2 behind a shim that does either on demand.
#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/cryptoki/errors.hpp"
#include "keys/public/fingerprint.hpp"
#include "service/runtime/environment.hpp"
#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TokenFaults : public ::testing::Test {
  protected:
    TokenFaults() { prepare_process(); }

    TokenError import_error(Kind kind, const KeyUsages& uses, const std::function<void()>& prepare) {
        const keys::KeyMaterial material = make_key(kind);
        lab_.token()->ping();
        prepare();
        try {
            import(material, uses);
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("the import went through");
    }

    TokenError destroy_error(const std::function<void()>& prepare) {
        prepare();
        try {
            lab_.token()->destroy(id_);
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("the destruction went through");
    }

    ImportResult import(const keys::KeyMaterial& material, const KeyUsages& uses) {
        return lab_.token()->import({id_, "label", material, uses, ObjectLifetime::token, std::nullopt});
    }

    /// The log of a call that must fail.
    static std::string log_of_failing(const std::function<void()>& call) {
        ::testing::internal::CaptureStderr();
        EXPECT_THROW(call(), TokenError);
        return ::testing::internal::GetCapturedStderr();
    }

    /// A ping whose call in the module hangs until `hang` is false.
    std::future<void> hanging_ping(std::atomic<bool>& hang) {
        hang = true;
        auto ping = std::async(std::launch::async, [this] { lab_.token()->ping(); });
        while (shim_.hanging == 0)
            std::this_thread::yield();
        return ping;
    }

    /// Whether reload_pin returns while the call of `hang` hangs.
    bool reloads_despite(std::atomic<bool>& hang) {
        const auto token = lab_.token();
        auto ping = hanging_ping(hang);
        auto reload = std::async(std::launch::async, [&] { token->reload_pin(); });
        const bool returned = reload.wait_for(std::chrono::seconds(5)) == std::future_status::ready;
        hang = false;
        ping.wait();
        return returned;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    const ObjectId id_ = ObjectId::random();
};

TEST_F(TokenFaults, ARefusedTemplateIsARefusalThatNamesTheKey) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                                          [&] { shim_.create_object = CKR_TEMPLATE_INCONSISTENT; });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_EQ(error.call(), "C_CreateObject");
    EXPECT_EQ(error.code(), "CKR_TEMPLATE_INCONSISTENT");
    EXPECT_STREQ(
        error.what(),
        "The token refuses the key: it does not take this combination of attributes (AES, 256 bits)");
}

TEST_F(TokenFaults, ARefusedPrivateHalfTakesThePublicOneWithIt) {
    const TokenError error = import_error(Kind::p256, {KeyUsage::sign_verify},
                                          [&] { shim_.create_private_object = CKR_CURVE_NOT_SUPPORTED; });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AFullTokenIsFull) {
    EXPECT_EQ(import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                           [&] { shim_.create_object = CKR_DEVICE_MEMORY; })
                  .fault(),
              TokenFault::full);
}

/// Values that modules have returned for a key that they rejected.
constexpr std::array odd_import_answers{CKR_GENERAL_ERROR,
                                        CKR_FUNCTION_FAILED,
                                        CKR_DEVICE_ERROR,
                                        CKR_DEVICE_REMOVED,
                                        CKR_HOST_MEMORY,
                                        CKR_TOKEN_NOT_PRESENT,
                                        CKR_SESSION_HANDLE_INVALID,
                                        CKR_USER_NOT_LOGGED_IN,
                                        CKR_CRYPTOKI_NOT_INITIALIZED,
                                        CKR_OPERATION_NOT_INITIALIZED,
                                        CKR_VENDOR_DEFINED | 0x42UL};

TEST_F(TokenFaults, WhateverATokenThatAnswersSaysOfOneNewKeyIsARefusalOfTheKey) {
    for (const CK_RV answer : odd_import_answers) {
        const TokenError error =
            import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.create_object = answer; });
        EXPECT_EQ(error.fault(), TokenFault::refused) << error.code();
        EXPECT_EQ(error.call(), "C_CreateObject");
        EXPECT_EQ(error.code(), hsm::name_of(answer));
        EXPECT_THAT(error.what(),
                    AllOf(HasSubstr("The token refuses the key: "), HasSubstr("(AES, 256 bits)")));
        shim_.create_object = CKR_OK;
    }
    EXPECT_NO_THROW(import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}));
}

TEST_F(TokenFaults, ANewKeyWhoseAttributesCantBeReadIsRefused) {
    for (const CK_RV answer : odd_import_answers) {
        EXPECT_EQ(import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                               [&] { shim_.get_attribute_value = answer; })
                      .fault(),
                  TokenFault::refused)
            << hsm::name_of(answer);
        shim_.get_attribute_value = CKR_OK;
        // An object that can't be read is not destroyed by its handle, but by its CKA_ID as soon as it can be
        // read.
        EXPECT_EQ(lab_.token()->destroy(id_), 1U);
    }
}

TEST_F(TokenFaults, ARefusalByATokenThatAnswersCostsNoOtherSession) {
    lab_.token()->ping();
    const CK_ULONG logins = shim_.logins;
    for (const CK_RV answer : odd_import_answers)
        import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.create_object = answer; });
    shim_.create_object = CKR_OK;
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    EXPECT_EQ(shim_.logins, logins);
}

TEST_F(TokenFaults, AnOddAnswerOfATokenWhoseOwnSessionIsLostIsAnOutage) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] {
        shim_.create_object = CKR_DEVICE_ERROR;
        shim_.get_session_info = CKR_DEVICE_ERROR;
        shim_.session_info_after = 1;
    });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_EQ(error.code(), "CKR_DEVICE_ERROR");
}

TEST_F(TokenFaults, AnOddAnswerOfATokenThatIsNotInItsSlotIsAnOutage) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] {
        shim_.create_object = CKR_GENERAL_ERROR;
        shim_.get_token_info = CKR_TOKEN_NOT_PRESENT;
    });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
}

TEST_F(TokenFaults, AnOddAnswerOfASlotThatHoldsAnotherTokenByNowIsAnOutage) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] {
        shim_.create_object = CKR_FUNCTION_FAILED;
        shim_.other_serial = true;
    });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
}

// As SoftHSM2 on a full disk: the call succeeds, but the object does not exist.
TEST_F(TokenFaults, AnObjectThatIsNotThereAfterItWasMadeSaysThatTheTokenIsFull) {
    for (const Kind kind : {Kind::aes256, Kind::hmac64, Kind::rsa, Kind::p256, Kind::p256_public}) {
        const TokenError error = import_error(kind, uses_for(kind).front(), [&] { shim_.disk_full = true; });
        EXPECT_EQ(error.fault(), TokenFault::full) << name_of(kind);
        EXPECT_EQ(error.code(), "CKR_OBJECT_HANDLE_INVALID");
        shim_.disk_full = false;
    }
    EXPECT_NO_THROW(import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}));
}

TEST_F(TokenFaults, WhatFailsWhenAnAttemptIsTidiedUpDoesNotHideWhatLedThere) {
    const TokenError error = import_error(Kind::p256, {KeyUsage::sign_verify}, [&] {
        shim_.disturbances = 5;
        shim_.destroy_object = CKR_VENDOR_DEFINED | 7UL;
    });
    EXPECT_EQ(error.call(), "C_CreateObject");
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
    EXPECT_EQ(shim_.disturbances, 4U);
    shim_.destroy_object = CKR_OK;
}

TEST_F(TokenFaults, AnObjectThatCantBeDestroyedByATokenThatAnswersIsNoOutage) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    for (const CK_RV answer : odd_import_answers) {
        shim_.destroy_object = answer;
        try {
            lab_.token()->destroy(id_);
            ADD_FAILURE() << "it was destroyed";
        } catch (const TokenError& error) {
            EXPECT_EQ(error.fault(), TokenFault::failed) << error.code();
        }
    }
    shim_.destroy_object = CKR_OK;
    EXPECT_EQ(lab_.token()->destroy(id_), 1U);
}

TEST_F(TokenFaults, OneClientsOddKeysLeaveTheEnvironmentOpenForAllOthers) {
    import(make_key(Kind::hmac64), {KeyUsage::sign_verify});
    service::EnvironmentProfile profile;
    profile.name = "production";
    service::Environment environment(profile, lab_.token());
    const ObjectId odd = ObjectId::random();
    const auto import_odd_key = [&](Token& token) {
        return token.import({odd,
                             "label",
                             make_key(Kind::aes256),
                             {KeyUsage::encrypt_decrypt},
                             ObjectLifetime::token,
                             std::nullopt});
    };
    for (const CK_RV answer : odd_import_answers) {
        shim_.create_object = answer;
        EXPECT_THROW(environment.call<ImportResult>(import_odd_key), TokenError);
    }
    shim_.create_object = CKR_OK;
    shim_.disk_full = true;
    for (int i = 0; i < 5; ++i)
        EXPECT_THROW(environment.call<ImportResult>(import_odd_key), TokenError);
    EXPECT_EQ(environment.call<std::size_t>([&](Token& token) { return token.count(id_); }), 1U);
    EXPECT_NE(environment.health(), service::Health::down);
}

// One environment has a label, the other a serial number: the configuration does not show that both are one
// token.
TEST_F(TokenFaults, ATokenThatAnotherEnvironmentHasIsNotUsed) {
    auto by_label = lab_.settings();
    by_label.environment = {"one", "TEST"};
    const auto one = lab_.open(by_label);
    one->ping();
    auto by_serial = lab_.settings();
    by_serial.serial = one->identity().serial;
    by_serial.label.clear();
    by_serial.environment = {"other", "TEST"};
    const auto other = lab_.open(by_serial);
    EXPECT_THROW(other->ping(), TokenError);
    EXPECT_NO_THROW(one->ping());
    EXPECT_EQ(shim_.logins, 1U);
}

TEST_F(TokenFaults, ATokenThatBothEnvironmentsShareIsUsedByBoth) {
    auto settings = lab_.settings();
    settings.environment = {"one", "TEST", true};
    const auto one = lab_.open(settings);
    settings.environment = {"other", "SANDBOX", true};
    const auto other = lab_.open(settings);
    EXPECT_NO_THROW(one->ping());
    EXPECT_NO_THROW(other->ping());
}

struct Lie {
    CK_ATTRIBUTE_TYPE attribute;
    const char* name;
    Kind kind;
    TokenFault fault = TokenFault::mismatch;
};

class LyingToken : public TokenFaults, public ::testing::WithParamInterface<Lie> {};

INSTANTIATE_TEST_SUITE_P(
    Attributes, LyingToken,
    ::testing::Values(
        Lie{CKA_TOKEN, "CKA_TOKEN", Kind::aes256}, Lie{CKA_PRIVATE, "CKA_PRIVATE", Kind::aes256},
        Lie{CKA_SENSITIVE, "CKA_SENSITIVE", Kind::aes256},
        Lie{CKA_EXTRACTABLE, "CKA_EXTRACTABLE", Kind::aes256},
        Lie{CKA_MODIFIABLE, "CKA_MODIFIABLE", Kind::aes256}, Lie{CKA_WRAP, "CKA_WRAP", Kind::aes256},
        Lie{CKA_UNWRAP, "CKA_UNWRAP", Kind::aes256}, Lie{CKA_DERIVE, "CKA_DERIVE", Kind::aes256},
        Lie{CKA_ENCRYPT, "CKA_ENCRYPT", Kind::aes256}, Lie{CKA_LABEL, "CKA_LABEL", Kind::aes256},
        Lie{CKA_CLASS, "CKA_CLASS", Kind::aes256}, Lie{CKA_KEY_TYPE, "CKA_KEY_TYPE", Kind::aes256},
        Lie{CKA_CHECK_VALUE, "key check value", Kind::aes256, TokenFault::wrong_value},
        Lie{CKA_MODULUS, "public-key hash", Kind::rsa_public, TokenFault::wrong_value},
        Lie{CKA_EC_POINT, "public-key hash", Kind::p256_public, TokenFault::wrong_value},
        Lie{CKA_EC_PARAMS, "public key", Kind::p256_public}, Lie{CKA_SIGN, "CKA_SIGN", Kind::p256},
        Lie{CKA_VERIFY, "CKA_VERIFY", Kind::p256}),
    [](const auto& test) { return name_of(test.param.kind) + "_" + std::to_string(test.param.attribute); });

TEST_P(LyingToken, IsFoundOutNamedAndLeavesNothing) {
    const KeyUsages uses = uses_for(GetParam().kind).front();
    const TokenError error =
        import_error(GetParam().kind, uses, [&] { shim_.lie_about = GetParam().attribute; });
    EXPECT_EQ(error.fault(), GetParam().fault);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().name));
    shim_.lie_about = CK_UNAVAILABLE_INFORMATION;
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AnImportUnderAnotherIdIsAMismatchAndLeavesAnObjectThatCantBeToldFromOthers) {
    const TokenError error =
        import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.lie_about = CKA_ID; });
    EXPECT_EQ(error.fault(), TokenFault::mismatch);
    EXPECT_THAT(error.what(), HasSubstr("CKA_ID"));
    EXPECT_EQ(shim_.destroyed, 0U);
    shim_.lie_about = CK_UNAVAILABLE_INFORMATION;
    EXPECT_EQ(lab_.token()->destroy(id_), 1U);
}

TEST_F(TokenFaults, ASecretKeyThatEncryptsOtherwiseIsAMismatch) {
    EXPECT_EQ(
        import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.wrong_result = true; }).fault(),
        TokenFault::mismatch);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AnHmacKeyThatSignsOtherwiseIsAMismatch) {
    EXPECT_EQ(import_error(Kind::hmac64, {KeyUsage::sign_verify}, [&] { shim_.wrong_result = true; }).fault(),
              TokenFault::mismatch);
}

TEST_F(TokenFaults, ACmacKeyThatSignsOtherwiseIsAMismatch) {
    EXPECT_EQ(import_error(Kind::aes128, {KeyUsage::sign_verify}, [&] { shim_.wrong_result = true; }).fault(),
              TokenFault::mismatch);
}

TEST_F(TokenFaults, APrivateKeyWhoseSignatureDoesNotFitItsPublicHalfIsAMismatchAndBothHalvesGo) {
    EXPECT_EQ(import_error(Kind::p256, {KeyUsage::sign_verify}, [&] { shim_.wrong_result = true; }).fault(),
              TokenFault::mismatch);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, APublicKeyThatAcceptsAWrongSignatureIsAMismatch) {
    EXPECT_EQ(
        import_error(Kind::p256_public, {KeyUsage::sign_verify}, [&] { shim_.accept_any_signature = true; })
            .fault(),
        TokenFault::mismatch);
}

TEST_F(TokenFaults, AKeyThatTheTokenTakesButCantUseIsRefusedAndDestroyed) {
    EXPECT_EQ(
        import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.encrypt = CKR_GENERAL_ERROR; })
            .fault(),
        TokenFault::refused);
    shim_.encrypt = CKR_OK;
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AFailureAfterTheImportDestroysTheObject) {
    import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] { shim_.encrypt = CKR_DEVICE_ERROR; });
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AnObjectWhoseIdCantBeReadIsLeftForALaterDestruction) {
    import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                 [&] { shim_.get_attribute_value = CKR_FUNCTION_FAILED; });
    EXPECT_EQ(shim_.destroyed, 0U);
    shim_.get_attribute_value = CKR_OK;
    EXPECT_EQ(lab_.token()->destroy(id_), 1U);
}

TEST_F(TokenFaults, ATokenWithoutCheckValuesGetsThemComputedInIt) {
    shim_.no_check_value = true;
    EXPECT_EQ(import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}).key_check_value.size(), 6U);
}

TEST_F(TokenFaults, ATokenWithoutEcbIsTriedWithCbc) {
    shim_.no_ecb = true;
    EXPECT_EQ(import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}).key_check_value.size(), 6U);
}

TEST_F(TokenFaults, ATokenWithGcmAloneIsTriedWithItAndReportsItsOwnCheckValue) {
    shim_.no_ecb = true;
    shim_.no_cbc = true;
    for (const Kind kind : {Kind::aes128, Kind::aes192, Kind::aes256}) {
        const keys::KeyMaterial material = make_key(kind);
        EXPECT_EQ(import(material, {KeyUsage::encrypt_decrypt}).key_check_value,
                  keys::key_check_value(std::get<keys::SecretKey>(material)));
    }
}

TEST_F(TokenFaults, ATokenWithGcmAloneAndNoCheckValuesGivesNone) {
    shim_.no_ecb = true;
    shim_.no_cbc = true;
    shim_.no_check_value = true;
    EXPECT_EQ(import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt}).key_check_value, "");
}

TEST_F(TokenFaults, ASecretKeyThatSealsOtherwiseIsAMismatch) {
    EXPECT_EQ(import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                           [&] {
                               shim_.no_ecb = true;
                               shim_.no_cbc = true;
                               shim_.wrong_result = true;
                           })
                  .fault(),
              TokenFault::mismatch);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, ATokenWithoutAnyCipherOfTheKeyRefusesIt) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt}, [&] {
        shim_.no_ecb = true;
        shim_.no_cbc = true;
        shim_.no_gcm = true;
    });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_THAT(error.what(), HasSubstr("it offers no mechanism to encrypt with a key of this type"));
}

TEST_F(TokenFaults, AnImportDisturbedOnceSucceedsAndLeavesItsObjectsOnly) {
    const keys::KeyMaterial material = make_key(Kind::p256);
    shim_.disturbances = 1;
    EXPECT_EQ(import(material, {KeyUsage::sign_verify}).public_key_sha256.size(), 64U);
    EXPECT_EQ(shim_.disturbances, 0U);
    EXPECT_EQ(lab_.token()->count(id_), 2U);
}

TEST_F(TokenFaults, AnImportDisturbedThreeTimesIsRefusedAndLeavesNothing) {
    const TokenError error =
        import_error(Kind::p256, {KeyUsage::sign_verify}, [&] { shim_.disturbances = 3; });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_EQ(error.call(), "C_CreateObject");
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
    EXPECT_EQ(shim_.disturbances, 0U);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AnImportIsTriedThreeTimesAndNoMore) {
    import_error(Kind::p256, {KeyUsage::sign_verify}, [&] { shim_.disturbances = 5; });
    EXPECT_EQ(shim_.disturbances, 2U);
}

TEST_F(TokenFaults, EachDisturbanceIsLoggedSinceSoftHsmLeavesWhatItBegan) {
    const std::string log = log_of_failing([&] {
        shim_.disturbances = 3;
        import(make_key(Kind::p256), {KeyUsage::sign_verify});
    });
    const std::string line =
        R"("event":"object.may_be_half_made","label":"production","call":"C_CreateObject","code":"CKR_GENERAL_ERROR"})";
    std::size_t lines = 0;
    for (std::size_t at = log.find(line); at != std::string::npos; at = log.find(line, at + 1))
        ++lines;
    EXPECT_EQ(lines, 3U) << log;
}

TEST_F(TokenFaults, AnotherErrorOfTheModuleIsNotTriedAgain) {
    import_error(Kind::p256, {KeyUsage::sign_verify},
                 [&] { shim_.create_private_object = CKR_DEVICE_ERROR; });
    EXPECT_EQ(shim_.destroyed, 1U);
}

TEST_F(TokenFaults, APinRefusedBetweenTwoAttemptsIsUnreachableSinceTheFirstMayHaveLeftAnObject) {
    const TokenError error = import_error(Kind::p256, {KeyUsage::sign_verify}, [&] {
        shim_.disturbances = 1;
        shim_.failure_ends_login = true;
        shim_.login = CKR_PIN_INCORRECT;
    });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_EQ(error.call(), "C_CreateObject");
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
}

// Only the PIN source lets a test return this error at the right moment of a lease.
TEST_F(TokenFaults, ATokenThatIsBusyBetweenTwoAttemptsIsUnreachableSinceTheFirstMayHaveLeftAnObject) {
    auto settings = lab_.settings();
    settings.pin = [this, pin = settings.pin]() -> SecretBytes {
        if (shim_.logins > 0) throw TokenError(TokenFault::busy, "no session became free");
        return pin();
    };
    const auto token = lab_.open(settings);
    const keys::KeyMaterial material = make_key(Kind::p256);
    shim_.disturbances = 1;
    shim_.failure_ends_login = true;
    try {
        token->import({id_, "label", material, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
    }
}

TEST_F(TokenFaults, AnAnswerAboutPinsWhileAnObjectIsMadeIsARefusalOfTheKey) {
    const TokenError error = import_error(Kind::aes256, {KeyUsage::encrypt_decrypt},
                                          [&] { shim_.create_object = CKR_PIN_EXPIRED; });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_EQ(error.code(), "CKR_PIN_EXPIRED");
}

TEST_F(TokenFaults, APinRefusedBeforeTheFirstAttemptStaysARefusalOfThePin) {
    shim_.login = CKR_PIN_INCORRECT;
    const keys::KeyMaterial material = make_key(Kind::aes256);
    try {
        import(material, {KeyUsage::encrypt_decrypt});
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::pin);
    }
}

class LateDestruction : public TokenFaults, public ::testing::WithParamInterface<CK_RV> {};

INSTANTIATE_TEST_SUITE_P(Answers, LateDestruction,
                         ::testing::Values(CKR_OBJECT_HANDLE_INVALID, CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(LateDestruction, OfOneHalfIsPassedOverAndTheOtherHalfGoes) {
    import(make_key(Kind::p256), {KeyUsage::sign_verify});
    shim_.others_destroy = 1;
    shim_.destroyed_late = GetParam();
    EXPECT_EQ(lab_.token()->destroy(id_), 1U);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_P(LateDestruction, OfEveryObjectIsNoErrorAndCountsNothing) {
    import(make_key(Kind::p256), {KeyUsage::sign_verify});
    shim_.others_destroy = 2;
    shim_.destroyed_late = GetParam();
    EXPECT_EQ(lab_.token()->destroy(id_), 0U);
}

TEST_F(TokenFaults, ADestructionThatFailsAndLeavesTheObjectFails) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    const TokenError error = destroy_error([&] { shim_.destroy_object = CKR_GENERAL_ERROR; });
    EXPECT_EQ(error.fault(), TokenFault::failed);
    EXPECT_EQ(error.call(), "C_DestroyObject");
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
    EXPECT_EQ(lab_.token()->count(id_), 1U);
}

TEST_F(TokenFaults, AnObjectThatIsOutOfSightSinceTheLoginIsLostIsNotTakenForDestroyed) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    const TokenError error = destroy_error([&] {
        shim_.destroy_object = CKR_USER_NOT_LOGGED_IN;
        shim_.failure_ends_login = true;
    });
    EXPECT_EQ(error.code(), "CKR_USER_NOT_LOGGED_IN");
    EXPECT_EQ(lab_.token()->count(id_), 1U);
}

TEST_F(TokenFaults, ThePinIsReloadedAtOnceWhileTheLoginHangs) {
    EXPECT_TRUE(reloads_despite(shim_.hang_in_login));
}

TEST_F(TokenFaults, ThePinIsReloadedAtOnceWhileTheLookAtTheLoginSessionHangs) {
    EXPECT_TRUE(reloads_despite(shim_.hang_in_session_info));
}

TEST_F(TokenFaults, ARefusedPinIsLoggedWithTheTokensLabel) {
    shim_.login = CKR_PIN_INCORRECT;
    EXPECT_THAT(
        log_of_failing([&] { lab_.token()->ping(); }),
        HasSubstr(
            R"("event":"login.latched","label":"production","call":"C_Login","code":"CKR_PIN_INCORRECT")"));
}

TEST_F(TokenFaults, AFailedCallIsLoggedWithTheTokensLabel) {
    shim_.create_object = CKR_DEVICE_MEMORY;
    const keys::KeyMaterial material = make_key(Kind::aes256);
    EXPECT_THAT(log_of_failing([&] { import(material, {KeyUsage::encrypt_decrypt}); }),
                HasSubstr(R"("event":"token.call_failed","label":"production","call":"C_CreateObject")"));
}

TEST_F(TokenFaults, AnUnreadablePinIsLoggedWithTheTokensLabel) {
    auto settings = lab_.settings();
    settings.pin = []() -> SecretBytes { throw std::runtime_error("the file is gone"); };
    const auto token = lab_.open(settings);
    EXPECT_THAT(log_of_failing([&] { token->ping(); }),
                HasSubstr(R"("event":"pin.unreadable","label":"production","reason":"the file is gone")"));
}

TEST_F(TokenFaults, ASourceThatTellsOfItsPinItselfIsNotLoggedAgainAndKeepsItsWords) {
    auto settings = lab_.settings();
    settings.pin = []() -> SecretBytes { throw TokenError(TokenFault::pin, "the source's own words"); };
    const auto token = lab_.open(settings);
    EXPECT_THAT(log_of_failing([&] { token->ping(); }),
                AllOf(Not(HasSubstr("pin.unreadable")), Not(HasSubstr("login.latched"))));
    try {
        token->ping();
        FAIL() << "the login went through";
    } catch (const TokenError& error) {
        EXPECT_STREQ(error.what(), "the source's own words");
    }
}

TEST_F(TokenFaults, AnImportSearchesForNothing) {
    lab_.token()->ping();
    import(make_key(Kind::rsa), {KeyUsage::encrypt_decrypt, KeyUsage::sign_verify});
    EXPECT_EQ(shim_.searches, 0U);
}

TEST_F(TokenFaults, AnUnfinishedOperationCostsOneSessionOnly) {
    import_error(Kind::p256, {KeyUsage::sign_verify}, [&] { shim_.sign = CKR_DATA_LEN_RANGE; });
    shim_.sign = CKR_OK;
    EXPECT_NO_THROW(import(make_key(Kind::p256), {KeyUsage::sign_verify}));
}

TEST_F(TokenFaults, ATokenThatWantsNoLoginGetsNone) {
    shim_.hidden_token_flags = CKF_LOGIN_REQUIRED;
    EXPECT_NO_THROW(lab_.token()->ping());
    EXPECT_EQ(lab_.token()->count(id_), 0U);
    EXPECT_EQ(shim_.logins, 0U);
}

TEST_F(TokenFaults, AUserWhoIsLoggedInAlreadyIsFine) {
    shim_.login = CKR_USER_ALREADY_LOGGED_IN;
    EXPECT_NO_THROW(lab_.token()->ping());
}

TEST_F(TokenFaults, ManyCallersCauseOneLogin) {
    for (int i = 0; i < 3; ++i)
        import(make_key(Kind::aes128), {KeyUsage::encrypt_decrypt});
    EXPECT_EQ(shim_.logins, 1U);
}

TEST_F(TokenFaults, ATokenWithoutRoomForSessionsIsFull) {
    shim_.open_session = CKR_SESSION_COUNT;
    try {
        lab_.token()->ping();
        FAIL() << "a session was opened";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::full);
    }
}

TEST_F(TokenFaults, ATrialWithSessionObjectsLeavesNone) {
    const keys::KeyMaterial material = make_key(Kind::p256);
    lab_.token()->import(
        {id_, "label", material, {KeyUsage::sign_verify}, ObjectLifetime::session, std::nullopt});
    EXPECT_EQ(shim_.destroyed, 2U);
}

TEST_F(TokenFaults, ATokenThatWasSwappedInItsSlotGetsNoPin) {
    const auto token = lab_.token();
    token->ping();
    const CK_ULONG logins = shim_.logins;
    lose_sessions(lab_.inspector());
    const CK_ULONG logins_of_others = shim_.logins - logins;
    shim_.other_serial = true;
    for (const std::function<void()>& call :
         std::initializer_list<std::function<void()>>{[&] { token->count(id_); }, [&] { token->ping(); }}) {
        const std::string log = log_of_failing(call);
        EXPECT_THAT(log, HasSubstr("token.swapped"));
        EXPECT_THAT(log, HasSubstr("expected"));
    }
    EXPECT_EQ(shim_.logins, logins + logins_of_others);
}

TEST_F(TokenFaults, ATokenThatIsSwappedUnderLivingSessionsIsNoticedByAPing) {
    lab_.token()->ping();
    shim_.other_serial = true;
    EXPECT_THROW(lab_.token()->ping(), TokenError);
    EXPECT_THROW(lab_.token()->count(id_), TokenError);
}

TEST_F(TokenFaults, ASwappedTokenIsExplainedToTheClient) {
    lab_.token()->ping();
    shim_.other_serial = true;
    try {
        lab_.token()->ping();
        FAIL() << "the other token was taken";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(),
                     "The token in place is not the one that this service found first: it has the same label "
                     "and another serial number; put the right token back or restart");
    }
}

TEST_F(TokenFaults, TheFirstTokenIsAcceptedWhenItIsBackInItsSlot) {
    lab_.token()->ping();
    shim_.other_serial = true;
    EXPECT_THROW(lab_.token()->ping(), TokenError);
    shim_.other_serial = false;
    EXPECT_NO_THROW(lab_.token()->ping());
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(TokenFaults, AWalkShowsAKeyWithoutACheckValueThatTheTokenDoesNotTell) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    shim_.no_check_value = true;
    std::vector<TokenObject> objects;
    lab_.token()->scan([&](const auto& object, std::size_t, std::size_t) { objects.push_back(object); });
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects.front().key_check_value, "");
    EXPECT_EQ(objects.front().size, 256);
}

TEST_F(TokenFaults, AWalkFailsWhenAnObjectCantBeRead) {
    import(make_key(Kind::aes256), {KeyUsage::encrypt_decrypt});
    shim_.get_attribute_value = CKR_DEVICE_ERROR;
    std::size_t shown = 0;
    EXPECT_THROW(lab_.token()->scan([&](const auto&, std::size_t, std::size_t) { ++shown; }), TokenError);
    EXPECT_EQ(shown, 0U);
}

TEST_F(TokenFaults, NothingIsDestroyedWhenTheSecondLookFails) {
    lab_.add_incomplete();
    const auto token = lab_.token_with_pause([&] { shim_.get_attribute_value = CKR_DEVICE_ERROR; });
    EXPECT_THROW(token->destroy_incomplete(std::chrono::milliseconds(0)), TokenError);
    EXPECT_EQ(shim_.destroyed, 0U);
}

TEST_F(TokenFaults, AnObjectThatIsGoneIsPassedOver) {
    import(make_key(Kind::p256), {KeyUsage::sign_verify});
    shim_.get_attribute_value = CKR_OBJECT_HANDLE_INVALID;
    std::size_t shown = 0;
    EXPECT_NO_THROW(lab_.token()->scan([&](const auto&, std::size_t, std::size_t) { ++shown; }));
    EXPECT_EQ(shown, 0U);
}

}  // namespace
}  // namespace keyward::tests
