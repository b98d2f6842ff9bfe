// Outputs get a buffer of the exact size, and an output of another length is rejected.
#include <gmock/gmock.h>

#include "hsm/cryptoki/output_length.hpp"
#include "tests/contract/token/support/untrusted_lab.hpp"

namespace keyward::tests {
namespace {

using hsm::output_length;
using hsm::OutputLength;
using Done = CryptoResult::Kind;
using ::testing::AnyOf;

/// A mechanism with an output, and the action that produces it.
struct Making {
    const char* mechanism;
    Kind kind;
    CryptoOperation action;
};

class UntrustedOutput : public UntrustedModule, public ::testing::WithParamInterface<Making> {
  protected:
    UntrustedOutput() {
        const KeyUsage use =
            GetParam().action == CryptoOperation::sign ? KeyUsage::sign_verify : KeyUsage::encrypt_decrypt;
        lab_.token()->import({id_, "label", key_, {use}, ObjectLifetime::token, std::nullopt});
    }
    CryptoResult make() { return use(id_, GetParam().action, operation_); }

    const keys::KeyMaterial key_ = make_key(GetParam().kind);
    const CryptoRequest operation_ = operation(GetParam().mechanism, message(32));
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, UntrustedOutput,
                         ::testing::Values(Making{"AES-GCM", Kind::aes256, CryptoOperation::encrypt},
                                           Making{"AES-CBC-PAD", Kind::aes256, CryptoOperation::encrypt},
                                           Making{"AES-CTR", Kind::aes256, CryptoOperation::encrypt},
                                           Making{"AES-ECB", Kind::aes256, CryptoOperation::encrypt},
                                           Making{"AES-CMAC", Kind::aes256, CryptoOperation::sign},
                                           Making{"DES3-CBC-PAD", Kind::desede, CryptoOperation::encrypt},
                                           Making{"SHA512-HMAC", Kind::hmac64, CryptoOperation::sign},
                                           Making{"SHA256-RSA-PKCS", Kind::rsa, CryptoOperation::sign},
                                           Making{"SHA384-RSA-PKCS-PSS", Kind::rsa, CryptoOperation::sign},
                                           Making{"RSA-PKCS-OAEP", Kind::rsa_public,
                                                  CryptoOperation::encrypt},
                                           Making{"ECDSA-SHA256", Kind::p256, CryptoOperation::sign},
                                           Making{"ECDSA-SHA512", Kind::p521, CryptoOperation::sign},
                                           Making{"EDDSA", Kind::ed25519, CryptoOperation::sign}),
                         [](const auto& test) {
                             std::string name = test.param.mechanism;
                             std::erase(name, '-');
                             return name + "_" + name_of(test.param.kind);
                         });

TEST_P(UntrustedOutput, OfAModuleThatWantsExactRoomIsMade) {
    lies_.output = OddOutput::exact_room;
    EXPECT_EQ(make().kind, Done::done);
}

TEST_P(UntrustedOutput, WhoseRoomIsReportedForItsLengthIsRight) {
    const std::size_t size = make().output.size();
    lies_.output = OddOutput::left_as_given;
    const CryptoResult made = make();
    EXPECT_EQ(made.kind, Done::done);
    EXPECT_EQ(made.output.size(), size);
}

TEST_P(UntrustedOutput, OfAnotherLengthIsAMismatchAndTheNextOneIsRight) {
    for (const OddOutput odd : {OddOutput::overstated, OddOutput::shortened, OddOutput::absurd_room}) {
        lies_.output = odd;
        EXPECT_EQ(fault_of([&] { make(); }), TokenFault::mismatch);
        lies_.output = OddOutput::none;
        EXPECT_EQ(make().kind, Done::done);
    }
}

TEST_P(UntrustedOutput, OfAKeyFoundBySearchGetsTheSameRoom) {
    lies_.output = OddOutput::exact_room;
    const auto others = lab_.token_of_others();
    EXPECT_EQ(others->operate(id_, GetParam().action, std::span(&operation_, 1)).at(0).kind, Done::done);
}

using UntrustedPlaintext = UntrustedModule;

TEST_F(UntrustedPlaintext, OfAnotherLengthIsNoPlaintext) {
    const CryptoRequest sealing = operation("AES-GCM", message(48));
    const CryptoRequest opened = opening(sealing, use(other_, CryptoOperation::encrypt, sealing));
    for (const OddOutput odd : {OddOutput::left_as_given, OddOutput::overstated, OddOutput::shortened}) {
        lies_.output = odd;
        EXPECT_EQ(fault_of([&] { use(other_, CryptoOperation::decrypt, opened); }), TokenFault::mismatch);
    }
    lies_.output = OddOutput::none;
    EXPECT_EQ(use(other_, CryptoOperation::decrypt, opened).output.size(), 48U);
}

TEST_F(UntrustedModule, AnImportIsTriedWithExactRoom) {
    lies_.output = OddOutput::exact_room;
    for (const Kind kind : {Kind::aes128, Kind::desede, Kind::hmac200, Kind::rsa, Kind::p256, Kind::p521,
                            Kind::ed25519, Kind::rsa_public}) {
        const ObjectId id = ObjectId::random();
        EXPECT_NO_THROW(import(id, kind, uses_for(kind).front())) << name_of(kind);
    }
}

TEST_F(UntrustedModule, AnImportWhoseTrialHasAnotherLengthIsAMismatchAndLeavesNothing) {
    for (const OddOutput odd : {OddOutput::overstated, OddOutput::shortened, OddOutput::absurd_room}) {
        lies_.output = odd;
        for (const Kind kind : {Kind::aes128, Kind::hmac64, Kind::p256, Kind::rsa})
            EXPECT_EQ(fault_of([&] { import(id_, kind, uses_for(kind).front()); }), TokenFault::mismatch);
    }
    stop_lying();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

class BarePoint : public UntrustedModule, public ::testing::WithParamInterface<Kind> {};
INSTANTIATE_TEST_SUITE_P(Curves, BarePoint,
                         ::testing::Values(Kind::p256, Kind::p384, Kind::p521, Kind::secp256k1, Kind::ed25519,
                                           Kind::p256_public, Kind::p521_public, Kind::ed25519_public),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(BarePoint, IsGivenToAModuleThatWantsItAndReadBack) {
    lies_.raw_points = true;
    EXPECT_EQ(import(id_, GetParam(), {KeyUsage::sign_verify}).public_key_sha256.size(), 64U);
    std::size_t shown = 0;
    lab_.token()->scan([&](const TokenObject& object, auto, auto) {
        if (object.id == id_ && !object.public_key_sha256.empty()) ++shown;
    });
    EXPECT_EQ(shown, 1U);
}

TEST_P(BarePoint, IsNotGivenToAModuleThatRefusesTheKey) {
    shim_.create_object = CKR_CURVE_NOT_SUPPORTED;
    EXPECT_EQ(fault_of([&] { import(id_, GetParam(), {KeyUsage::sign_verify}); }), TokenFault::refused);
}

CryptoRequest of_size(const char* mechanism, std::size_t size) {
    return operation(mechanism, message(size));
}

void expect_length(const OutputLength& length, std::size_t room, std::size_t least, std::size_t most) {
    EXPECT_EQ(length.room, room);
    EXPECT_EQ(length.least, least);
    EXPECT_EQ(length.most, most);
}

TEST(OutputLengths, OfCiphers) {
    expect_length(output_length(CryptoOperation::encrypt, of_size("AES-GCM", 5), {}), 21, 21, 21);
    expect_length(output_length(CryptoOperation::decrypt, of_size("AES-GCM", 21), {}), 21, 5, 5);
    expect_length(output_length(CryptoOperation::decrypt, of_size("AES-GCM", 3), {}), 3, 0, 0);
    expect_length(output_length(CryptoOperation::encrypt, of_size("AES-CBC-PAD", 15), {}), 16, 16, 16);
    expect_length(output_length(CryptoOperation::encrypt, of_size("AES-CBC-PAD", 16), {}), 32, 32, 32);
    expect_length(output_length(CryptoOperation::decrypt, of_size("AES-CBC-PAD", 32), {}), 32, 16, 31);
    expect_length(output_length(CryptoOperation::encrypt, of_size("DES3-CBC-PAD", 8), {}), 16, 16, 16);
    expect_length(output_length(CryptoOperation::encrypt, of_size("AES-CTR", 7), {}), 7, 7, 7);
    expect_length(output_length(CryptoOperation::encrypt, of_size("AES-CTR", 0), {}), 0, 0, 0);
}

TEST(OutputLengths, OfSignaturesAndMacs) {
    expect_length(output_length(CryptoOperation::sign, of_size("AES-CMAC", 5), {}), 16, 16, 16);
    expect_length(output_length(CryptoOperation::sign, of_size("SHA384-HMAC", 5), {}), 48, 48, 48);
    expect_length(output_length(CryptoOperation::sign, of_size("EDDSA", 5), {}), 64, 64, 64);
    expect_length(output_length(CryptoOperation::sign, of_size("ECDSA-SHA256", 5), {.order_bytes = 66}), 132,
                  132, 132);
    expect_length(output_length(CryptoOperation::sign, of_size("SHA256-RSA-PKCS", 5), {.modulus_bytes = 256}),
                  256, 256, 256);
}

TEST(OutputLengths, OfRsaDecryptionHaveRoomForTheModulus) {
    expect_length(
        output_length(CryptoOperation::decrypt, of_size("RSA-PKCS-OAEP", 256), {.modulus_bytes = 256}), 256,
        0, 214);
    expect_length(output_length(CryptoOperation::decrypt, of_size("RSA-PKCS", 256), {.modulus_bytes = 256}),
                  256, 0, 245);
}

TEST(OutputLengths, OfAKeyOfUnknownSizeHaveABound) {
    expect_length(output_length(CryptoOperation::sign, of_size("ECDSA-SHA256", 5), {}), 160, 0, 160);
    expect_length(output_length(CryptoOperation::sign, of_size("SHA256-RSA-PKCS", 5), {}), 2048, 0, 2048);
}

}  // namespace
}  // namespace keyward::tests
