// Use of keys in a token behind a PKCS#11 module, beyond the port: OpenSSL agrees with the results, and
// handles are dropped when they become invalid.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "crypto/openssl_ptr.hpp"
#include "hsm/objects/objects.hpp"
#include "tests/contract/token/support/labs.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using Done = CryptoResult::Kind;

class UsedModule {
  public:
    explicit UsedModule(LabKind kind) : lab_(make_module_lab(kind)) {}

    void import(const keys::KeyMaterial& material, const KeyUsages& uses) {
        token().import({id_, "MyProject/my-key", material, uses, ObjectLifetime::token, std::nullopt});
    }
    CryptoResult use(CryptoOperation action, const CryptoRequest& operation) {
        auto outcomes = token().operate(id_, action, std::span(&operation, 1));
        return std::move(outcomes.at(0));
    }
    bool signs() {
        const CryptoRequest signing = operation("SHA256-HMAC", message(8));
        return use(CryptoOperation::sign, signing).kind == Done::done;
    }
    Token& token() { return *lab_->token(); }
    ModuleLab& lab() { return *lab_; }

  private:
    std::unique_ptr<ModuleLab> lab_;
    const ObjectId id_ = ObjectId::random();
};

/// A signature mechanism with a key of each kind that supports it.
struct SignatureCase {
    LabKind lab;
    std::string mechanism;
    Kind kind;
};
void PrintTo(const SignatureCase& each, std::ostream* out) {
    *out << name_of(each.lab) << " " << each.mechanism << " " << name_of(each.kind);
}

std::string name_of(const SignatureCase& each) {
    std::string name = name_of(each.lab) + "_" + each.mechanism + "_" + name_of(each.kind);
    std::ranges::replace(name, '-', '_');
    return name;
}

template <typename Wanted>
std::vector<SignatureCase> signature_cases(Wanted wanted) {
    std::vector<SignatureCase> cases;
    for (const LabKind lab : {LabKind::softhsm, LabKind::p11_kit})
        for (const std::string& mechanism : mechanisms_of(KeyUsage::sign_verify))
            for (const Kind kind : all_kinds())
                if (offers(lab, mechanism) && !is_public_alone(kind) &&
                    algorithm_of(kind) == find_mechanism(mechanism)->algorithm &&
                    wanted(*find_mechanism(mechanism)))
                    cases.push_back({lab, mechanism, kind});
    return cases;
}

class SignatureOfAModule : public ::testing::TestWithParam<SignatureCase> {
  protected:
    SignatureOfAModule() { used_.import(key_, {KeyUsage::sign_verify}); }

    /// Whether OpenSSL verifies the token's signature over the message.
    bool makes_right(const CryptoRequest& signing) {
        const CryptoResult made = used_.use(CryptoOperation::sign, signing);
        return made.kind == Done::done &&
               is_right(GetParam().mechanism, key_, message_, made.output.reveal());
    }

    UsedModule used_{GetParam().lab};
    const keys::KeyMaterial key_ = make_key(GetParam().kind);
    const Bytes message_ = message(300);
    const CryptoRequest signing_ = operation(GetParam().mechanism, message_);
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, SignatureOfAModule,
                         ::testing::ValuesIn(signature_cases([](const auto&) { return true; })),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(SignatureOfAModule, IsRightToOpenssl) {
    EXPECT_TRUE(makes_right(signing_));
}

class DigestSignatureOfAModule : public SignatureOfAModule {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, DigestSignatureOfAModule,
                         ::testing::ValuesIn(signature_cases([](const Mechanism& row) {
                             return takes(row, Parameter::digest);
                         })),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(DigestSignatureOfAModule, IsRightToOpenssl) {
    EXPECT_TRUE(makes_right(over_digest(signing_)));
}

struct CipherCase {
    const char* name;
    const char* mechanism;
    Kind kind;
    const EVP_CIPHER* software;
};
void PrintTo(const CipherCase& each, std::ostream* out) {
    *out << each.name;
}

class CipherOfSoftHsm : public ::testing::TestWithParam<CipherCase> {
  protected:
    CipherOfSoftHsm() {
        used_.import(key_, {KeyUsage::encrypt_decrypt});
        if (operation_.mechanism->scheme == Scheme::gcm) operation_.aad = message(20);
    }

    /// OpenSSL's ciphertext, followed by GCM's tag.
    Bytes sealed_by_openssl() const {
        const CipherCtxPtr context(EVP_CIPHER_CTX_new());
        const ByteView input = operation_.input.reveal();
        EVP_EncryptInit_ex(context.get(), GetParam().software, nullptr,
                           std::get<keys::SecretKey>(key_).octets.reveal().data(), operation_.iv.data());
        int size = 0;
        if (!operation_.aad.empty())
            EVP_EncryptUpdate(context.get(), nullptr, &size, operation_.aad.data(),
                              static_cast<int>(operation_.aad.size()));
        Bytes sealed(input.size() + 32);
        EVP_EncryptUpdate(context.get(), sealed.data(), &size, input.data(), static_cast<int>(input.size()));
        int rest = 0;
        EVP_EncryptFinal_ex(context.get(), sealed.data() + size, &rest);
        sealed.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
        if (operation_.mechanism->scheme == Scheme::gcm) {
            Bytes tag(16);
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data());
            sealed.insert(sealed.end(), tag.begin(), tag.end());
        }
        return sealed;
    }

    UsedModule used_{LabKind::softhsm};
    const keys::KeyMaterial key_ = make_key(GetParam().kind);
    CryptoRequest operation_ = operation(GetParam().mechanism, message(100));
};
INSTANTIATE_TEST_SUITE_P(
    Mechanisms, CipherOfSoftHsm,
    ::testing::Values(CipherCase{"Aes128Gcm", "AES-GCM", Kind::aes128, EVP_aes_128_gcm()},
                      CipherCase{"Aes256Gcm", "AES-GCM", Kind::aes256, EVP_aes_256_gcm()},
                      CipherCase{"Aes192CbcPad", "AES-CBC-PAD", Kind::aes192, EVP_aes_192_cbc()},
                      CipherCase{"Aes256Ctr", "AES-CTR", Kind::aes256, EVP_aes_256_ctr()},
                      CipherCase{"DesedeCbcPad", "DES3-CBC-PAD", Kind::desede, EVP_des_ede3_cbc()}),
    [](const auto& test) { return test.param.name; });

TEST_P(CipherOfSoftHsm, SealsAsOpensslDoes) {
    const CryptoResult sealed = used_.use(CryptoOperation::encrypt, operation_);
    EXPECT_TRUE(std::ranges::equal(sealed.output.reveal(), sealed_by_openssl()));
}

TEST_P(CipherOfSoftHsm, OpensWhatOpensslSealed) {
    CryptoRequest opening = copy_of(operation_);
    opening.input = SecretBytes::copy_of(sealed_by_openssl());
    const CryptoResult opened = used_.use(CryptoOperation::decrypt, opening);
    EXPECT_TRUE(std::ranges::equal(opened.output.reveal(), operation_.input.reveal()));
}

class KeyOfAModule : public ::testing::TestWithParam<LabKind> {
  protected:
    UsedModule used_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Labs, KeyOfAModule, ::testing::Values(LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(KeyOfAModule, IsFoundAgainAfterSessionsWereLost) {
    used_.import(make_key(Kind::hmac64), {KeyUsage::sign_verify});
    EXPECT_TRUE(used_.signs());
    lose_sessions(used_.lab().inspector());
    EXPECT_TRUE(used_.signs());
}

TEST_P(KeyOfAModule, ThatWasProvedWithOaepLeavesNoObjects) {
    used_.token().oaep_hashes();
    hsm::Lease lease = used_.lab().inspector().lease();
    hsm::AttributeTemplate everything;
    EXPECT_TRUE(hsm::find_matching(lease, everything).empty());
}

TEST(P11KitKey, IsMissedWhileTheServerIsGoneAndFoundAgainOnceItIsBack) {
    prepare_process();
    P11KitLab lab;
    const ObjectId id = ObjectId::random();
    const keys::KeyMaterial key = make_key(Kind::hmac64);
    lab.token()->import({id, "survivor", key, {KeyUsage::sign_verify}, ObjectLifetime::token, std::nullopt});
    const CryptoRequest signing = operation("SHA256-HMAC", message(8));
    const auto sign = [&] { return lab.token()->operate(id, CryptoOperation::sign, std::span(&signing, 1)); };
    const CryptoResult before = std::move(sign().front());

    lab.server().stop();
    try {
        sign();
        FAIL() << "there was somebody to sign";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
    }
    lab.server().start();

    const auto limit = std::chrono::steady_clock::now() + 20s;
    std::vector<CryptoResult> after;
    while (after.empty() && std::chrono::steady_clock::now() < limit) {
        try {
            after = sign();
        } catch (const TokenError& error) {
            ASSERT_EQ(error.fault(), TokenFault::unreachable);
            std::this_thread::yield();
        }
    }
    ASSERT_EQ(after.size(), 1U);
    EXPECT_TRUE(std::ranges::equal(after.front().output.reveal(), before.output.reveal()));
}

}  // namespace
}  // namespace keyward::tests
