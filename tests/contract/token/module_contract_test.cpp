// Behaviour of a token behind a PKCS#11 module beyond the port: attributes, binding, login, recovery.
#include <algorithm>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/objects/objects.hpp"
#include "tests/contract/token/support/labs.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const std::vector<CK_ATTRIBUTE_TYPE> protections{CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_EXTRACTABLE,
                                                 CKA_MODIFIABLE};
const std::vector<CK_ATTRIBUTE_TYPE> usages{CKA_ENCRYPT,      CKA_DECRYPT, CKA_SIGN,
                                            CKA_SIGN_RECOVER, CKA_VERIFY,  CKA_VERIFY_RECOVER,
                                            CKA_WRAP,         CKA_UNWRAP,  CKA_DERIVE};

TokenError error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const TokenError& error) {
        return error;
    }
    throw std::logic_error("the call did not fail");
}

class ModuleContract : public ::testing::TestWithParam<LabKind> {
  protected:
    std::unique_ptr<ModuleLab> lab_ = make_module_lab(GetParam());
    const ObjectId id_ = ObjectId::random();

    std::vector<ObjectFacts> objects_after(Kind kind, const KeyUsages& uses,
                                           const std::vector<CK_ATTRIBUTE_TYPE>& asked) {
        const keys::KeyMaterial material = make_key(kind);
        import(*lab_->token(), material, uses);
        return inspect(lab_->inspector(), id_, asked);
    }

    void import(Token& token, const keys::KeyMaterial& material,
                const KeyUsages& uses = {KeyUsage::encrypt_decrypt}) {
        token.import({id_, "MyProject/my-key", material, uses, ObjectLifetime::token, std::nullopt});
    }

    /// Adds a certificate under the key's CKA_ID, as another application does.
    void add_certificate() {
        const Certificate certificate = make_certificate();
        hsm::AttributeTemplate object = certificates_sought();
        object.number(CKA_CERTIFICATE_TYPE, CKC_X_509).borrowed(CKA_SUBJECT, certificate.subject);
        object.borrowed(CKA_VALUE, certificate.der);
        create(lab_->inspector(), std::move(object));
    }

    std::size_t certificates() {
        hsm::Lease lease = lab_->inspector().lease();
        hsm::AttributeTemplate wanted = certificates_sought();
        return hsm::find_matching(lease, wanted).size();
    }

  private:
    hsm::AttributeTemplate certificates_sought() {
        hsm::AttributeTemplate wanted;
        wanted.number(CKA_CLASS, CKO_CERTIFICATE).flag(CKA_TOKEN, true).borrowed(CKA_ID, id_.octets());
        return wanted;
    }
};

INSTANTIATE_TEST_SUITE_P(Labs, ModuleContract, ::testing::Values(LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

// SoftHSM2 supports CKA_ALLOWED_MECHANISMS. p11-kit drops some of the mechanisms.
TEST_P(ModuleContract, TakesAKeyWithItsMechanismsAsOneWithout) {
    for (const auto& [kind, mechanism] : {std::pair{Kind::aes256, "AES-GCM"},
                                          {Kind::aes256, "AES-ECB"},
                                          {Kind::desede, "DES3-CBC-PAD"},
                                          {Kind::hmac64, "SHA256-HMAC"},
                                          {Kind::rsa, "RSA-PKCS-OAEP"},
                                          {Kind::rsa, "SHA256-RSA-PKCS"},
                                          {Kind::rsa_public, "SHA256-RSA-PKCS"},
                                          {Kind::p256, "ECDSA-SHA256"}}) {
        SCOPED_TRACE(mechanism);
        for (int i = 0; i < 2; ++i) {
            const ObjectId id = ObjectId::random();
            const keys::KeyMaterial material = make_key(kind);
            const MechanismList mechanisms{mechanism};
            const KeyUsages uses = uses_of(algorithm_of(kind), mechanisms);
            const auto receipt = lab_->token()->import(
                {id, "MyProject/my-key", material, uses, ObjectLifetime::token, std::nullopt, mechanisms});
            EXPECT_NE(receipt.key_check_value + receipt.public_key_sha256, "");
            EXPECT_EQ(lab_->token()->count(id), objects_of(kind));
        }
    }
}

TEST_P(ModuleContract, ASecretKeyIsPrivateSensitiveAndNeitherExtractableNorModifiable) {
    EXPECT_THAT(
        objects_after(Kind::aes256, {KeyUsage::encrypt_decrypt}, protections),
        ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE))));
}

TEST_P(ModuleContract, APrivateKeyIsProtectedAndItsPublicHalfIsReadable) {
    EXPECT_THAT(objects_after(Kind::p256, {KeyUsage::sign_verify}, protections),
                ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE)),
                            Field(&ObjectFacts::granted, ElementsAre(CKA_TOKEN))));
}

TEST_P(ModuleContract, ACipherKeyMayEncryptAndDecryptAndNothingElse) {
    EXPECT_THAT(objects_after(Kind::aes256, {KeyUsage::encrypt_decrypt}, usages),
                ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_ENCRYPT, CKA_DECRYPT))));
}

TEST_P(ModuleContract, AnHmacKeyMaySignAndVerifyAndNothingElse) {
    EXPECT_THAT(objects_after(Kind::hmac64, {KeyUsage::sign_verify}, usages),
                ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_SIGN, CKA_VERIFY))));
}

TEST_P(ModuleContract, ASigningPairMaySignWithOneHalfAndVerifyWithTheOther) {
    EXPECT_THAT(objects_after(Kind::rsa, {KeyUsage::sign_verify}, usages),
                ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_SIGN)),
                            Field(&ObjectFacts::granted, ElementsAre(CKA_VERIFY))));
}

TEST_P(ModuleContract, ACipherPairMayDecryptWithOneHalfAndEncryptWithTheOther) {
    EXPECT_THAT(objects_after(Kind::rsa, {KeyUsage::encrypt_decrypt}, usages),
                ElementsAre(Field(&ObjectFacts::granted, ElementsAre(CKA_DECRYPT)),
                            Field(&ObjectFacts::granted, ElementsAre(CKA_ENCRYPT))));
}

TEST_P(ModuleContract, ObjectsHaveTheLabelAndTheTypeOfTheKey) {
    EXPECT_THAT(
        objects_after(Kind::p384, {KeyUsage::sign_verify}, {}),
        UnorderedElementsAre(
            AllOf(Field(&ObjectFacts::object_class, CKO_PRIVATE_KEY), Field(&ObjectFacts::key_type, CKK_EC),
                  Field(&ObjectFacts::label, "MyProject/my-key")),
            AllOf(Field(&ObjectFacts::object_class, CKO_PUBLIC_KEY), Field(&ObjectFacts::key_type, CKK_EC),
                  Field(&ObjectFacts::label, "MyProject/my-key"))));
}

TEST_P(ModuleContract, ACertificateOfOthersWithTheIdOfAKeyIsNotCounted) {
    add_certificate();
    EXPECT_EQ(lab_->token()->count(id_), 0U);
    import(*lab_->token(), make_key(Kind::p256), {KeyUsage::sign_verify});
    EXPECT_EQ(lab_->token()->count(id_), 2U);
}

TEST_P(ModuleContract, ACertificateOfOthersWithTheIdOfAKeyOutlivesIt) {
    import(*lab_->token(), make_key(Kind::p256), {KeyUsage::sign_verify});
    add_certificate();
    EXPECT_EQ(lab_->token()->destroy(id_), 2U);
    EXPECT_EQ(lab_->token()->count(id_), 0U);
    EXPECT_EQ(certificates(), 1U);
}

TEST_P(ModuleContract, NothingIsAskedOfTheModuleBeforeTheFirstCall) {
    hsm::TokenSettings settings = lab_->settings();
    settings.module = "/nonexistent/module.so";
    const auto token = lab_->open(settings);
    EXPECT_EQ(error_of([&] { token->ping(); }).fault(), TokenFault::unreachable);
}

TEST_P(ModuleContract, AMissingTokenIsUnreachable) {
    const auto token = lab_->open(lab_->settings("no-such-token"));
    EXPECT_EQ(error_of([&] { token->ping(); }).fault(), TokenFault::unreachable);
}

TEST_P(ModuleContract, AnAmbiguousLabelIsRefused) {
    lab_->add_token("production");
    const TokenError error = error_of([&] { lab_->token()->ping(); });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("token_serial"));
}

TEST_P(ModuleContract, ASerialNumberPinsOneOfTwoTokensOfALabel) {
    lab_->add_token("production");
    std::vector<std::string> serials;
    for (const hsm::FoundToken& found : lab_->module()->tokens(lab_->module()->use()).found)
        serials.push_back(found.identity.serial);
    ASSERT_EQ(serials.size(), 2U);
    hsm::TokenSettings settings = lab_->settings();
    settings.serial = serials.at(1);
    EXPECT_EQ(lab_->open(settings)->identity().serial, serials.at(1));
}

TEST_P(ModuleContract, ASerialNumberWithoutALabelNamesAToken) {
    lab_->add_token("staging");
    hsm::TokenSettings settings = lab_->settings("staging");
    settings.serial = lab_->open(settings)->identity().serial;
    settings.label.clear();
    EXPECT_EQ(lab_->open(settings)->identity().label, "staging");
}

TEST_P(ModuleContract, AnotherSerialNumberIsNotThisToken) {
    hsm::TokenSettings settings = lab_->settings();
    settings.serial = "0000000000000000";
    EXPECT_EQ(error_of([&] { lab_->open(settings)->ping(); }).fault(), TokenFault::unreachable);
}

TEST_P(ModuleContract, AKeyGoesIntoTheNamedTokenAndNoOther) {
    lab_->add_token("staging");
    const auto staging = lab_->open(lab_->settings("staging"));
    import(*lab_->token(), make_key(Kind::aes128));
    EXPECT_EQ(lab_->token()->count(id_), 1U);
    EXPECT_EQ(staging->count(id_), 0U);
}

TEST_P(ModuleContract, AWrongPinIsTriedOnceUntilItIsReloaded) {
    auto reads = std::make_shared<int>(0);
    auto pin = std::make_shared<std::string>("wrong-4711");
    hsm::TokenSettings settings = lab_->settings();
    settings.pin = [reads, pin] {
        ++*reads;
        return SecretBytes::copy_of(as_bytes(*pin));
    };
    const auto token = lab_->open(settings);
    EXPECT_EQ(error_of([&] { token->ping(); }).fault(), TokenFault::pin);
    EXPECT_EQ(error_of([&] { token->ping(); }).fault(), TokenFault::pin);
    EXPECT_EQ(error_of([&] { import(*token, make_key(Kind::aes128)); }).fault(), TokenFault::pin);
    EXPECT_EQ(*reads, 1);

    *pin = test_pin;
    token->reload_pin();
    EXPECT_NO_THROW(token->ping());
    EXPECT_EQ(*reads, 2);
}

TEST_P(ModuleContract, AWrongPinIsNotInTheErrorText) {
    hsm::TokenSettings settings = lab_->settings();
    settings.pin = [] { return SecretBytes::copy_of(as_bytes("wrong-4711")); };
    const auto token = lab_->open(settings);
    EXPECT_THAT(error_of([&] { token->ping(); }).what(), Not(HasSubstr("wrong-4711")));
}

TEST_P(ModuleContract, APinThatCantBeReadIsAPinFaultAndIsTriedAgain) {
    auto readable = std::make_shared<bool>(false);
    hsm::TokenSettings settings = lab_->settings();
    settings.pin = [readable] {
        if (!*readable) throw std::runtime_error("no such file");
        return SecretBytes::copy_of(as_bytes(test_pin));
    };
    const auto token = lab_->open(settings);
    EXPECT_EQ(error_of([&] { token->ping(); }).fault(), TokenFault::pin);
    *readable = true;
    EXPECT_NO_THROW(token->ping());
}

TEST_P(ModuleContract, LostSessionsAreOpenedAnew) {
    const keys::KeyMaterial material = make_key(Kind::aes128);
    import(*lab_->token(), material);
    lose_sessions(lab_->inspector());
    EXPECT_EQ(lab_->token()->count(id_), 1U);
    EXPECT_NO_THROW(lab_->token()->ping());
}

TEST_P(ModuleContract, APrivateKeyCanBeImportedAfterSessionsWereLost) {
    lab_->token()->ping();
    lose_sessions(lab_->inspector());
    import(*lab_->token(), make_key(Kind::p256), {KeyUsage::sign_verify});
    EXPECT_EQ(lab_->token()->count(id_), 2U);
}

TEST_P(ModuleContract, AFullPoolRefusesAfterTheWait) {
    hsm::PoolSettings settings = pool_settings_for("production");
    settings.sessions = 1;
    settings.wait = 20ms;
    hsm::SessionPool pool(lab_->module(), settings);
    const hsm::Lease taken = pool.lease();
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(error_of([&] { pool.lease(); }).fault(), TokenFault::busy);
    EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}

TEST_P(ModuleContract, APoolGivesAFreedSessionToTheNext) {
    hsm::PoolSettings settings = pool_settings_for("production");
    settings.sessions = 1;
    hsm::SessionPool pool(lab_->module(), settings);
    const CK_SESSION_HANDLE first = [&] { return pool.lease().session(); }();
    EXPECT_EQ(pool.lease().session(), first);
}

TEST_P(ModuleContract, ALeaseThatEndsInAThrowIsNotLentAgain) {
    hsm::SessionPool pool(lab_->module(), pool_settings_for("production"));
    CK_SESSION_HANDLE thrown = CK_INVALID_HANDLE;
    EXPECT_THROW(
        {
            const hsm::Lease lease = pool.lease();
            thrown = lease.session();
            throw std::runtime_error("the work failed");
        },
        std::runtime_error);
    EXPECT_NE(pool.lease().session(), thrown);
}

TEST_P(ModuleContract, APingNeedsNoFreeSession) {
    hsm::PoolSettings settings = pool_settings_for("production");
    settings.sessions = 1;
    settings.wait = 1ms;
    hsm::SessionPool pool(lab_->module(), settings);
    const hsm::Lease taken = pool.lease();
    EXPECT_NO_THROW(pool.ping());
}

TEST_P(ModuleContract, OneModuleCannotHaveTwoSetsOfArguments) {
    hsm::TokenSettings settings = lab_->settings();
    const auto token = lab_->open(settings);
    settings.module_init_args = "other";
    EXPECT_THROW(lab_->open(settings), std::invalid_argument);
}

TEST(P11Kit, AKilledServerIsUnreachableAndUsableAgainOnceItIsBack) {
    prepare_process();
    P11KitLab lab;
    const ObjectId id = ObjectId::random();
    const keys::KeyMaterial material = make_key(Kind::aes128);
    lab.token()->import(
        {id, "survivor", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, std::nullopt});

    lab.server().stop();
    EXPECT_EQ(error_of([&] { lab.token()->count(id); }).fault(), TokenFault::unreachable);
    lab.server().start();

    const auto limit = std::chrono::steady_clock::now() + 20s;
    std::optional<std::size_t> counted;
    while (!counted && std::chrono::steady_clock::now() < limit) {
        try {
            counted = lab.token()->count(id);
        } catch (const TokenError&) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(counted, 1U);
}

}  // namespace
}  // namespace keyward::tests
