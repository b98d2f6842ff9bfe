// Behaviour of every implementation of Token, for the fake and for real modules.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/public/fingerprint.hpp"
#include "tests/contract/token/support/labs.hpp"

namespace keyward::tests {
namespace {

using ::testing::HasSubstr;

TokenFault fault_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const TokenError& error) {
        return error.fault();
    }
    throw std::logic_error("the call did not fail");
}

KeyUsages all_uses(Kind kind) {
    return uses_for(kind).back();
}

/// The value that a correct token reports, computed in software.
std::string expected_value(const keys::KeyMaterial& material) {
    if (const auto* const secret = std::get_if<keys::SecretKey>(&material))
        return keys::key_check_value(*secret);
    return keys::public_key_sha256(keys::public_half(material).value());
}

std::string value_of(const ImportResult& receipt) {
    return receipt.key_check_value.empty() ? receipt.public_key_sha256 : receipt.key_check_value;
}

class TokenContract : public ::testing::TestWithParam<LabKind> {
  protected:
    std::unique_ptr<TokenLab> lab_ = make_lab(GetParam());
    std::shared_ptr<Token> token_ = lab_->token();
    const ObjectId id_ = ObjectId::random();

    ImportResult import(const keys::KeyMaterial& material, const KeyUsages& uses,
                        ObjectLifetime lifetime = ObjectLifetime::token,
                        std::optional<std::string> expected = std::nullopt) {
        return token_->import({id_, "MyProject/my-key", material, uses, lifetime, std::move(expected)});
    }
};

INSTANTIATE_TEST_SUITE_P(Labs, TokenContract,
                         ::testing::Values(LabKind::fake, LabKind::softhsm, LabKind::p11_kit),
                         [](const auto& test) { return name_of(test.param); });

/// Every kind of key, with every set of uses, in both lifetimes.
struct KeyCase {
    LabKind lab;
    Kind kind;
    KeyUsages uses;
    ObjectLifetime lifetime;
};

std::vector<KeyCase> key_cases() {
    std::vector<KeyCase> cases;
    for (const LabKind lab : {LabKind::fake, LabKind::softhsm, LabKind::p11_kit})
        for (const Kind kind : all_kinds())
            for (const KeyUsages& uses : uses_for(kind))
                for (const ObjectLifetime lifetime : {ObjectLifetime::token, ObjectLifetime::session})
                    cases.push_back({lab, kind, uses, lifetime});
    return cases;
}

std::string name_of(const KeyCase& key) {
    std::string name = name_of(key.lab) + "_" + name_of(key.kind) + "_";
    if (key.uses.contains(KeyUsage::encrypt_decrypt)) name += "Cipher";
    if (key.uses.contains(KeyUsage::sign_verify)) name += "Signature";
    return name + (key.lifetime == ObjectLifetime::token ? "_Token" : "_Session");
}

void PrintTo(const KeyCase& key, std::ostream* out) {
    *out << name_of(key);
}

class EveryKey : public ::testing::TestWithParam<KeyCase> {
  protected:
    std::unique_ptr<TokenLab> lab_ = make_lab(GetParam().lab);
};

INSTANTIATE_TEST_SUITE_P(Keys, EveryKey, ::testing::ValuesIn(key_cases()),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(EveryKey, IsReportedByItsOwnValueOrRefusedWithoutTrace) {
    const auto [lab_kind, kind, uses, lifetime] = GetParam();
    const auto token = lab_->token();
    const keys::KeyMaterial material = make_key(kind);
    const ObjectId id = ObjectId::random();
    const ImportRequest order{id, "MyProject/my-key", material, uses, lifetime, std::nullopt};

    if (!lab_->offers(kind, uses)) {
        EXPECT_EQ(fault_of([&] { token->import(order); }), TokenFault::refused);
        EXPECT_EQ(token->count(id), 0U);
        return;
    }
    const ImportResult receipt = token->import(order);

    EXPECT_EQ(value_of(receipt), kind == Kind::des ? "" : expected_value(material));
    EXPECT_EQ(receipt.key_check_value.empty(), !is_secret(kind) || kind == Kind::des);
    if (is_secret(kind)) {
        EXPECT_EQ(receipt.public_key_pem, "");
    } else {
        EXPECT_EQ(receipt.public_key_pem, keys::public_key_pem(keys::public_half(material).value()));
    }
    EXPECT_EQ(token->count(id), lifetime == ObjectLifetime::token ? objects_of(kind) : 0U);
}

TEST_P(TokenContract, DestroyTakesBothHalvesOfAPrivateKey) {
    import(make_key(Kind::p256), all_uses(Kind::p256));
    EXPECT_EQ(token_->destroy(id_), 2U);
    EXPECT_EQ(token_->count(id_), 0U);
}

TEST_P(TokenContract, DestroyingWhatIsNotThereIsNoError) {
    EXPECT_EQ(token_->destroy(id_), 0U);
}

TEST_P(TokenContract, DestroyLeavesOtherKeysAlone) {
    const keys::KeyMaterial other = make_key(Kind::aes128);
    const ObjectId other_id = ObjectId::random();
    token_->import({other_id, "other", other, all_uses(Kind::aes128), ObjectLifetime::token, std::nullopt});
    import(make_key(Kind::aes128), all_uses(Kind::aes128));

    EXPECT_EQ(token_->destroy(id_), 1U);

    EXPECT_EQ(token_->count(other_id), 1U);
}

TEST_P(TokenContract, CountsNothingBeforeAnImport) {
    EXPECT_EQ(token_->count(id_), 0U);
}

TEST_P(TokenContract, ARightExpectedCheckValueIsAcceptedInEitherCase) {
    const keys::KeyMaterial material = make_key(Kind::aes256);
    std::string lower = expected_value(material);
    for (char& c : lower)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_EQ(import(material, all_uses(Kind::aes256), ObjectLifetime::token, lower).key_check_value,
              expected_value(material));
}

TEST_P(TokenContract, AWrongExpectedCheckValueLeavesNothing) {
    const keys::KeyMaterial material = make_key(Kind::aes256);
    const std::string wrong = expected_value(material) == "000000" ? "000001" : "000000";
    EXPECT_EQ(fault_of([&] { import(material, all_uses(Kind::aes256), ObjectLifetime::token, wrong); }),
              TokenFault::wrong_value);
    EXPECT_EQ(token_->count(id_), 0U);
}

TEST_P(TokenContract, AWrongExpectedCheckValueIsAnsweredWithTheReportedOneAlone) {
    const keys::KeyMaterial material = make_key(Kind::aes256);
    const std::string wrong = expected_value(material) == "000000" ? "000001" : "000000";
    try {
        import(material, all_uses(Kind::aes256), ObjectLifetime::token, wrong);
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_THAT(error.what(), HasSubstr(expected_value(material)));
        EXPECT_THAT(error.what(), testing::Not(HasSubstr(wrong)));
    }
}

TEST_P(TokenContract, ACheckValueOfAnotherLengthIsNoMatch) {
    const keys::KeyMaterial material = make_key(Kind::aes256);
    const std::string shorter = expected_value(material).substr(0, 4);
    EXPECT_EQ(fault_of([&] { import(material, all_uses(Kind::aes256), ObjectLifetime::token, shorter); }),
              TokenFault::wrong_value);
}

TEST_P(TokenContract, ARightExpectedPublicKeyHashIsAccepted) {
    const keys::KeyMaterial material = make_key(Kind::rsa);
    EXPECT_EQ(import(material, all_uses(Kind::rsa), ObjectLifetime::token, expected_value(material))
                  .public_key_sha256,
              expected_value(material));
}

TEST_P(TokenContract, AWrongExpectedPublicKeyHashLeavesNeitherHalf) {
    const keys::KeyMaterial material = make_key(Kind::rsa);
    EXPECT_EQ(
        fault_of([&] { import(material, all_uses(Kind::rsa), ObjectLifetime::token, std::string(64, '0')); }),
        TokenFault::wrong_value);
    EXPECT_EQ(token_->count(id_), 0U);
}

TEST_P(TokenContract, AnswersAPing) {
    EXPECT_NO_THROW(token_->ping());
}

TEST_P(TokenContract, TellsWhichTokenItIs) {
    const TokenIdentity identity = token_->identity();
    EXPECT_EQ(identity.label, lab_->label());
    EXPECT_NE(identity.serial, "");
}

TEST_P(TokenContract, ListsMechanismsByTheirNamesInTheTable) {
    const auto mechanisms = token_->mechanisms();
    EXPECT_TRUE(mechanisms.contains("SHA256-HMAC"));
    EXPECT_TRUE(mechanisms.contains("ECDSA-SHA256"));
    EXPECT_TRUE(mechanisms.contains("SHA256-RSA-PKCS"));
    for (const std::string& name : mechanisms)
        EXPECT_TRUE(std::ranges::any_of(mechanism_table(), [&](const auto& row) { return row.name == name; }))
            << name;
}

TEST_P(TokenContract, EightThreadsImportAtTheSameTime) {
    constexpr int threads = 8;
    constexpr int imports = 4;
    std::atomic<int> right = 0;
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            for (int j = 0; j < imports; ++j) {
                const keys::KeyMaterial material = make_key(j % 2 == 0 ? Kind::aes256 : Kind::p256);
                const ObjectId id = ObjectId::random();
                const auto receipt = token_->import(
                    {id, "concurrent", material,
                     j % 2 == 0 ? KeyUsages{KeyUsage::encrypt_decrypt} : KeyUsages{KeyUsage::sign_verify},
                     ObjectLifetime::token, std::nullopt});
                if (value_of(receipt) == expected_value(material) &&
                    token_->count(id) == (j % 2 == 0 ? 1U : 2U))
                    ++right;
            }
        });
    for (std::thread& worker : workers)
        worker.join();
    EXPECT_EQ(right, threads * imports);
}

}  // namespace
}  // namespace keyward::tests
