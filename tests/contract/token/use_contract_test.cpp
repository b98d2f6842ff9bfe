// How every implementation of Token uses its keys, for the fake and for real modules.
#include <array>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/token/support/labs.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {
namespace {

using Done = CryptoResult::Kind;

/// A key in a lab's token, and its use.
class UsedToken {
  public:
    explicit UsedToken(LabKind kind) : lab_(make_lab(kind)), token_(lab_->token()) {}

    ObjectId import(const keys::KeyMaterial& material, const KeyUsages& uses) {
        const ObjectId id = ObjectId::random();
        import_as(id, material, uses);
        return id;
    }
    ObjectId import(Kind kind, KeyUsage use) { return import(make_key(kind), {use}); }
    void import_as(const ObjectId& id, const keys::KeyMaterial& material, const KeyUsages& uses) {
        token_->import({id, "MyProject/my-key", material, uses, ObjectLifetime::token, std::nullopt});
    }

    CryptoResult use(const ObjectId& id, CryptoOperation action, const CryptoRequest& operation) {
        auto outcomes = token_->operate(id, action, std::span(&operation, 1));
        if (outcomes.size() != 1) throw std::logic_error("not one outcome");
        return std::move(outcomes.front());
    }
    Done kind_of(const ObjectId& id, CryptoOperation action, const CryptoRequest& operation) {
        return use(id, action, operation).kind;
    }
    TokenFault fault_of(const ObjectId& id, CryptoOperation action, const CryptoRequest& operation) {
        try {
            token_->operate(id, action, std::span(&operation, 1));
        } catch (const TokenError& error) {
            return error.fault();
        }
        throw std::logic_error("the use did not fail");
    }
    TokenLab& lab() { return *lab_; }
    Token& token() { return *token_; }

  private:
    std::unique_ptr<TokenLab> lab_;
    std::shared_ptr<Token> token_;
};

/// Every mechanism of mechanism_table() that a lab's module supports.
struct UseCase {
    LabKind lab;
    std::string mechanism;
};
void PrintTo(const UseCase& use, std::ostream* out) {
    *out << name_of(use.lab) << " " << use.mechanism;
}

constexpr std::array labs{LabKind::fake, LabKind::softhsm, LabKind::p11_kit};

template <typename Wanted>
std::vector<UseCase> cases_of(KeyUsage use, Wanted wanted) {
    std::vector<UseCase> cases;
    for (const LabKind lab : labs)
        for (const std::string& mechanism : mechanisms_of(use))
            if (offers(lab, mechanism) && wanted(*find_mechanism(mechanism)))
                cases.push_back({lab, mechanism});
    return cases;
}

template <typename Wanted>
std::vector<UseCase> lacking_cases(Wanted wanted) {
    std::vector<UseCase> cases;
    for (const LabKind lab : labs)
        for (const Mechanism& row : mechanism_table())
            if (!offers(lab, row.name) && wanted(row)) cases.push_back({lab, std::string(row.name)});
    return cases;
}

std::string name_of(const ::testing::TestParamInfo<UseCase>& test) {
    std::string name = name_of(test.param.lab) + "_" + test.param.mechanism;
    std::ranges::replace(name, '-', '_');
    return name;
}

constexpr auto every_mechanism = [](const Mechanism&) { return true; };
constexpr auto takes_digest = [](const Mechanism& row) { return takes(row, Parameter::digest); };
constexpr auto has_structure = [](const Mechanism& row) { return row.scheme != Scheme::ctr; };
constexpr auto detects_change = [](const Mechanism& row) {
    return row.scheme == Scheme::gcm || row.scheme == Scheme::rsa_oaep;
};

class UseOfMechanism : public ::testing::TestWithParam<UseCase> {
  protected:
    const std::string& mechanism() const { return GetParam().mechanism; }
    Kind key_kind() const { return kind_for(mechanism()); }

    UsedToken used_{GetParam().lab};
};

/// A cipher's key and a ciphertext made with it.
class Sealed : public UseOfMechanism {
  protected:
    Done opened(const CryptoRequest& operation) {
        return used_.kind_of(id_, CryptoOperation::decrypt, operation);
    }

    const ObjectId id_ = used_.import(key_kind(), KeyUsage::encrypt_decrypt);
    const CryptoRequest sealing_ = operation(mechanism(), message(48));
    const CryptoResult sealed_ = used_.use(id_, CryptoOperation::encrypt, sealing_);
    CryptoRequest opening_ = opening(sealing_, sealed_);
};

class EveryCipher : public Sealed {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryCipher,
                         ::testing::ValuesIn(cases_of(KeyUsage::encrypt_decrypt, every_mechanism)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EveryCipher, OpensWhatItSealed) {
    ASSERT_EQ(sealed_.kind, Done::done);
    EXPECT_FALSE(std::ranges::equal(sealed_.output.reveal(), sealing_.input.reveal()));
    const CryptoResult opened = used_.use(id_, CryptoOperation::decrypt, opening_);
    ASSERT_EQ(opened.kind, Done::done);
    EXPECT_TRUE(std::ranges::equal(opened.output.reveal(), sealing_.input.reveal()));
}

TEST_P(EveryCipher, SealsNothingAndOpensItAsNothing) {
    const CryptoRequest nothing = operation(mechanism(), {});
    const CryptoResult sealed = used_.use(id_, CryptoOperation::encrypt, nothing);
    ASSERT_EQ(sealed.kind, Done::done) << sealed.reason;
    const CryptoResult opened = used_.use(id_, CryptoOperation::decrypt, opening(nothing, sealed));
    ASSERT_EQ(opened.kind, Done::done);
    EXPECT_EQ(opened.output.size(), 0U);
}

class EveryStructuredCipher : public Sealed {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryStructuredCipher,
                         ::testing::ValuesIn(cases_of(KeyUsage::encrypt_decrypt, has_structure)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EveryStructuredCipher, OpensNothingThatWasTruncated) {
    opening_.input.truncate(opening_.input.size() - 1);
    EXPECT_EQ(opened(opening_), Done::failed);
}

TEST_P(EveryStructuredCipher, OpensNothingOfOneOctet) {
    opening_.input.truncate(1);
    EXPECT_EQ(opened(opening_), Done::failed);
}

class EveryCipherThatDetectsChange : public Sealed {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryCipherThatDetectsChange,
                         ::testing::ValuesIn(cases_of(KeyUsage::encrypt_decrypt, detects_change)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EveryCipherThatDetectsChange, OpensNothingWithAnotherFirstOctet) {
    opening_.input.writable().front() ^= 1;
    EXPECT_EQ(opened(opening_), Done::failed);
}

TEST_P(EveryCipherThatDetectsChange, OpensNothingWithAnotherLastOctetAsThatOfATag) {
    opening_.input.writable().back() ^= 1;
    EXPECT_EQ(opened(opening_), Done::failed);
}

TEST_P(EveryCipherThatDetectsChange, OpensNothingThatAnotherKeySealed) {
    const ObjectId other = used_.import(make_other_key(key_kind()), {KeyUsage::encrypt_decrypt});
    EXPECT_EQ(used_.kind_of(other, CryptoOperation::decrypt, opening_), Done::failed);
}

TEST_P(EveryCipherThatDetectsChange, OpensTheUnchangedAfterAFailure) {
    opening_.input.writable().front() ^= 1;
    EXPECT_EQ(opened(opening_), Done::failed);
    opening_.input.writable().front() ^= 1;
    EXPECT_EQ(opened(opening_), Done::done);
}

class Gcm : public ::testing::TestWithParam<LabKind> {
  protected:
    Gcm() {
        sealing_.aad = message(20);
        opening_ = opening(sealing_, used_.use(id_, CryptoOperation::encrypt, sealing_));
    }
    Done opened() { return used_.kind_of(id_, CryptoOperation::decrypt, opening_); }

    UsedToken used_{GetParam()};
    const ObjectId id_ = used_.import(Kind::aes256, KeyUsage::encrypt_decrypt);
    CryptoRequest sealing_ = operation("AES-GCM", message(48));
    CryptoRequest opening_ = copy_of(sealing_);
};
INSTANTIATE_TEST_SUITE_P(Labs, Gcm, ::testing::Values(LabKind::fake, LabKind::softhsm),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(Gcm, OpensWithItsAad) {
    EXPECT_EQ(opened(), Done::done);
}

TEST_P(Gcm, OpensNothingWithAnotherAad) {
    opening_.aad.front() ^= 1;
    EXPECT_EQ(opened(), Done::failed);
}

TEST_P(Gcm, OpensNothingWithoutItsAad) {
    opening_.aad.clear();
    EXPECT_EQ(opened(), Done::failed);
}

TEST_P(Gcm, OpensNothingWithAnotherIv) {
    opening_.iv.front() ^= 1;
    EXPECT_EQ(opened(), Done::failed);
}

TEST_P(Gcm, MakesATagOf16OctetsBehindTheCiphertext) {
    EXPECT_EQ(opening_.input.size(), sealing_.input.size() + 16);
}

TEST_P(Gcm, SealsAnAadAlone) {
    sealing_.input = SecretBytes();
    opening_ = opening(sealing_, used_.use(id_, CryptoOperation::encrypt, sealing_));
    EXPECT_EQ(opening_.input.size(), 16U);
    EXPECT_EQ(opened(), Done::done);
}

/// A signing key and a signature made with it.
class Signed : public UseOfMechanism {
  protected:
    Done verified(const CryptoRequest& operation) {
        return used_.kind_of(id_, CryptoOperation::verify, operation);
    }

    const ObjectId id_ = used_.import(key_kind(), KeyUsage::sign_verify);
    const CryptoRequest signing_ = operation(mechanism(), message(200));
    const CryptoResult made_ = used_.use(id_, CryptoOperation::sign, signing_);
    CryptoRequest verification_ = verification(signing_, made_);
};

class EverySignature : public Signed {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EverySignature,
                         ::testing::ValuesIn(cases_of(KeyUsage::sign_verify, every_mechanism)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EverySignature, IsVerified) {
    ASSERT_EQ(made_.kind, Done::done);
    EXPECT_EQ(verified(verification_), Done::done);
}

TEST_P(EverySignature, OfNothingIsVerified) {
    const CryptoRequest nothing = operation(mechanism(), {});
    const CryptoResult made = used_.use(id_, CryptoOperation::sign, nothing);
    ASSERT_EQ(made.kind, Done::done) << made.reason;
    EXPECT_EQ(verified(verification(nothing, made)), Done::done);
}

TEST_P(EverySignature, OfAnotherMessageFails) {
    verification_.input.writable().front() ^= 1;
    EXPECT_EQ(verified(verification_), Done::failed);
}

TEST_P(EverySignature, ThatWasChangedFails) {
    verification_.signature.at(10) ^= 1;
    EXPECT_EQ(verified(verification_), Done::failed);
}

TEST_P(EverySignature, ThatWasTruncatedFails) {
    verification_.signature.pop_back();
    EXPECT_EQ(verified(verification_), Done::failed);
}

TEST_P(EverySignature, ThatWasLengthenedFails) {
    verification_.signature.push_back(0);
    EXPECT_EQ(verified(verification_), Done::failed);
}

TEST_P(EverySignature, OfNoOctetsFails) {
    verification_.signature.clear();
    EXPECT_EQ(verified(verification_), Done::failed);
}

TEST_P(EverySignature, OfAnotherKeyFails) {
    const ObjectId other = used_.import(make_other_key(key_kind()), {KeyUsage::sign_verify});
    EXPECT_EQ(used_.kind_of(other, CryptoOperation::verify, verification_), Done::failed);
}

TEST_P(EverySignature, IsVerifiedAfterOneThatFailed) {
    verification_.input.writable().front() ^= 1;
    EXPECT_EQ(verified(verification_), Done::failed);
    verification_.input.writable().front() ^= 1;
    EXPECT_EQ(verified(verification_), Done::done);
}

class EveryDigestSignature : public Signed {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryDigestSignature,
                         ::testing::ValuesIn(cases_of(KeyUsage::sign_verify, takes_digest)),
                         [](const auto& test) { return name_of(test); });

TEST_P(EveryDigestSignature, OverTheDigestFitsTheInput) {
    const CryptoResult made = used_.use(id_, CryptoOperation::sign, over_digest(signing_));
    ASSERT_EQ(made.kind, Done::done);
    EXPECT_EQ(verified(verification(signing_, made)), Done::done);
}

TEST_P(EveryDigestSignature, OverTheInputFitsTheDigest) {
    EXPECT_EQ(verified(over_digest(verification_)), Done::done);
}

TEST_P(EveryDigestSignature, OfAnotherDigestFails) {
    CryptoRequest other = over_digest(verification_);
    other.input.writable().front() ^= 1;
    EXPECT_EQ(verified(other), Done::failed);
}

class TokenUse : public ::testing::TestWithParam<LabKind> {
  protected:
    UsedToken used_{GetParam()};
    Token& token_ = used_.token();
    const ObjectId id_ = ObjectId::random();
    const keys::KeyMaterial hmac_ = make_key(Kind::hmac64);
    const CryptoRequest mac_ = operation("SHA256-HMAC", message(32));
};
INSTANTIATE_TEST_SUITE_P(Labs, TokenUse, ::testing::Values(LabKind::fake, LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(TokenUse, OfAnUnknownKeyIsMissing) {
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::sign, mac_), TokenFault::missing);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::verify, mac_), TokenFault::missing);
    const CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(8));
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::encrypt, sealing), TokenFault::missing);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::decrypt, sealing), TokenFault::missing);
}

TEST_P(TokenUse, OfAKeyThatWasDestroyedIsMissing) {
    used_.import_as(id_, hmac_, {KeyUsage::sign_verify});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::sign, mac_), Done::done);
    token_.destroy(id_);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::sign, mac_), TokenFault::missing);
}

TEST_P(TokenUse, OfAKeyThatOthersDestroyedIsMissing) {
    used_.import_as(id_, hmac_, {KeyUsage::sign_verify});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::sign, mac_), Done::done);
    used_.lab().token_of_others()->destroy(id_);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::sign, mac_), TokenFault::missing);
}

TEST_P(TokenUse, FindsAKeyThatOthersMadeAnewUnderItsId) {
    used_.import_as(id_, hmac_, {KeyUsage::sign_verify});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::sign, mac_), Done::done);
    const auto others = used_.lab().token_of_others();
    others->destroy(id_);
    others->import({id_, "theirs", hmac_, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::sign, mac_), Done::done);
}

TEST_P(TokenUse, FindsAKeyThatOthersMade) {
    used_.lab().token_of_others()->import(
        {id_, "theirs", hmac_, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::sign, mac_), Done::done);
}

TEST_P(TokenUse, OfAKeyForWhatItWasNotMadeIsRefused) {
    used_.import_as(id_, make_key(Kind::rsa), {KeyUsage::encrypt_decrypt});
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::sign, operation("SHA256-RSA-PKCS", message(8))),
              TokenFault::refused);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::verify, operation("SHA256-RSA-PKCS", message(8))),
              TokenFault::refused);
}

TEST_P(TokenUse, OfAKeyThatMayOnlySignIsRefusedForCiphers) {
    used_.import_as(id_, make_key(Kind::rsa), {KeyUsage::sign_verify});
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::decrypt, operation("RSA-PKCS-OAEP", message(256))),
              TokenFault::refused);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::encrypt, operation("RSA-PKCS-OAEP", message(8))),
              TokenFault::refused);
}

TEST_P(TokenUse, WithAPublicKeyAloneVerifiesAndHasNothingToSignWith) {
    const keys::KeyMaterial whole = make_key(Kind::rsa);
    used_.import_as(id_, whole, {KeyUsage::sign_verify});
    const CryptoRequest signing = operation("SHA256-RSA-PKCS", message(8));
    const CryptoRequest verifying = verification(signing, used_.use(id_, CryptoOperation::sign, signing));
    token_.destroy(id_);
    used_.import_as(id_, std::get<keys::RsaPrivateKey>(whole).public_key, {KeyUsage::sign_verify});
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::verify, verifying), Done::done);
    EXPECT_EQ(used_.fault_of(id_, CryptoOperation::sign, signing), TokenFault::missing);
}

TEST_P(TokenUse, OfNoOperationsHasNoOutcomes) {
    used_.import_as(id_, hmac_, {KeyUsage::sign_verify});
    EXPECT_TRUE(token_.operate(id_, CryptoOperation::sign, {}).empty());
}

TEST_P(TokenUse, AnswersManyOperationsInTheirOrder) {
    used_.import_as(id_, hmac_, {KeyUsage::sign_verify});
    std::vector<CryptoRequest> signing;
    std::vector<CryptoRequest> verifying;
    for (int i = 0; i < 100; ++i) {
        signing.push_back(operation(i % 2 == 0 ? "SHA256-HMAC" : "SHA512-HMAC", message(16)));
        verifying.push_back(
            verification(signing.back(), used_.use(id_, CryptoOperation::sign, signing.back())));
    }
    const std::vector<CryptoResult> outcomes = token_.operate(id_, CryptoOperation::sign, signing);
    ASSERT_EQ(outcomes.size(), signing.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        EXPECT_TRUE(std::ranges::equal(outcomes[i].output.reveal(), verifying[i].signature)) << i;
    for (const CryptoResult& outcome : token_.operate(id_, CryptoOperation::verify, verifying))
        EXPECT_EQ(outcome.kind, Done::done);
}

TEST_P(TokenUse, OneThatFailsLeavesTheOthersOfItsCallAlone) {
    used_.import_as(id_, make_key(Kind::rsa), {KeyUsage::encrypt_decrypt});
    const CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(24));
    const CryptoResult sealed = used_.use(id_, CryptoOperation::encrypt, sealing);
    std::vector<CryptoRequest> openings(4);
    for (CryptoRequest& each : openings)
        each = opening(sealing, sealed);
    openings.at(1).input.writable().back() ^= 1;
    const std::vector<CryptoResult> outcomes = token_.operate(id_, CryptoOperation::decrypt, openings);
    ASSERT_EQ(outcomes.size(), 4U);
    for (const std::size_t good : {0U, 2U, 3U}) {
        EXPECT_EQ(outcomes.at(good).kind, Done::done);
        EXPECT_TRUE(std::ranges::equal(outcomes.at(good).output.reveal(), sealing.input.reveal()));
    }
    EXPECT_EQ(outcomes.at(1).kind, Done::failed);
    EXPECT_EQ(outcomes.at(1).output.size(), 0U);
}

TEST_P(TokenUse, OneThatTheTokenRefusesLeavesTheOthersOfItsCallAlone) {
    used_.import_as(id_, make_key(Kind::rsa), {KeyUsage::encrypt_decrypt});
    std::vector<CryptoRequest> sealings;
    sealings.reserve(3);
    for (const std::size_t size : {214U, 215U, 214U})
        sealings.push_back(operation("RSA-PKCS-OAEP", message(size)));
    const std::vector<CryptoResult> outcomes = token_.operate(id_, CryptoOperation::encrypt, sealings);
    ASSERT_EQ(outcomes.size(), 3U);
    EXPECT_EQ(outcomes.at(0).kind, Done::done);
    EXPECT_EQ(outcomes.at(1).kind, Done::refused);
    EXPECT_EQ(outcomes.at(1).reason, "The token refuses the input: it is too long for the key");
    EXPECT_EQ(outcomes.at(2).kind, Done::done);
}

TEST_P(TokenUse, ProvesThatOaepWorksWithSha1Alone) {
    EXPECT_EQ(token_.oaep_hashes(), std::set{Digest::sha1});
}

TEST_P(TokenUse, OfOaepWithAHashThatIsNotProvedIsNotOffered) {
    used_.import_as(id_, make_key(Kind::rsa), {KeyUsage::encrypt_decrypt});
    CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(8));
    sealing.oaep_hash = Digest::sha256;
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::encrypt, sealing), Done::not_offered);
    CryptoRequest opening = operation("RSA-PKCS-OAEP", message(256));
    opening.oaep_hash = Digest::sha256;
    EXPECT_EQ(used_.kind_of(id_, CryptoOperation::decrypt, opening), Done::not_offered);
}

TEST_P(TokenUse, ByManyThreadsAtOnceMixesNothingUp) {
    constexpr std::size_t threads = 8;
    constexpr int uses = 25;
    used_.import_as(id_, make_key(Kind::p256), {KeyUsage::sign_verify});
    const ObjectId macs = used_.import(hmac_, {KeyUsage::sign_verify});
    std::atomic<int> right = 0;
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < threads; ++i)
        workers.emplace_back([&, i] {
            const auto& [id, mechanism] =
                i % 2 == 0 ? std::pair{id_, "ECDSA-SHA256"} : std::pair{macs, "SHA256-HMAC"};
            for (int j = 0; j < uses; ++j) {
                const CryptoRequest signing = operation(mechanism, message(40));
                const CryptoResult made = used_.use(id, CryptoOperation::sign, signing);
                if (used_.kind_of(id, CryptoOperation::verify, verification(signing, made)) == Done::done)
                    ++right;
            }
        });
    for (std::thread& worker : workers)
        worker.join();
    EXPECT_EQ(right, threads * uses);
}

class TokenThatLacks : public ::testing::TestWithParam<UseCase> {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, TokenThatLacks, ::testing::ValuesIn(lacking_cases(every_mechanism)),
                         [](const auto& test) { return name_of(test); });

TEST_P(TokenThatLacks, TheMechanismDoesNotListIt) {
    UsedToken used(GetParam().lab);
    EXPECT_FALSE(used.token().mechanisms().contains(GetParam().mechanism));
}

/// Such a token accepts no Ed25519 key at all.
constexpr auto may_have_keys = [](const Mechanism& row) { return row.algorithm != keys::Algorithm::ed25519; };

class KeyWithoutItsMechanism : public ::testing::TestWithParam<UseCase> {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, KeyWithoutItsMechanism,
                         ::testing::ValuesIn(lacking_cases(may_have_keys)),
                         [](const auto& test) { return name_of(test); });

TEST_P(KeyWithoutItsMechanism, IsToldThatItIsNotOffered) {
    UsedToken used(GetParam().lab);
    const Kind kind = kind_for(GetParam().mechanism);
    const ObjectId id = used.import(make_key(kind), uses_for(kind).back());
    const CryptoRequest asked = operation(GetParam().mechanism, message(32));
    for (const CryptoOperation action : actions_of(*asked.mechanism))
        EXPECT_EQ(used.kind_of(id, action, asked), Done::not_offered);
}

}  // namespace
}  // namespace keyward::tests
