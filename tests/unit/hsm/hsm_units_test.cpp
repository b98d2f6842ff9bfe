// Parts of hsm/ that need no module: tables, templates, encodings.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/mechanisms.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/import/create.hpp"
#include "hsm/module/token_claims.hpp"
#include "hsm/objects/attributes.hpp"
#include "tests/contract/token/support/key_samples.hpp"

namespace keyward::hsm {
namespace {

using tests::Kind;

/// Whether the claim succeeds.
bool takes(TokenClaims& claims, const Claimant& claimant, CK_SLOT_ID slot, std::uint64_t generation = 1) {
    try {
        claims.take(claimant, slot, generation);
        return true;
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        return false;
    }
}

TEST(TokenClaimsTest, GiveATokenToOneEnvironment) {
    TokenClaims claims;
    EXPECT_TRUE(takes(claims, {"one", "TEST"}, 7));
    EXPECT_FALSE(takes(claims, {"other", "TEST"}, 7));
    EXPECT_TRUE(takes(claims, {"other", "TEST"}, 8));
    EXPECT_TRUE(takes(claims, {"one", "TEST"}, 7));
}

TEST(TokenClaimsTest, GiveATokenToTwoOnlyIfBothShareIt) {
    TokenClaims claims;
    EXPECT_TRUE(takes(claims, {"one", "TEST", true}, 7));
    EXPECT_FALSE(takes(claims, {"other", "TEST", false}, 7));
    EXPECT_TRUE(takes(claims, {"other", "SANDBOX", true}, 7));
}

TEST(TokenClaimsTest, LetProductionShareWithItsOwnTypeAlone) {
    TokenClaims claims;
    EXPECT_TRUE(takes(claims, {"one", "PRODUCTION", true}, 7));
    EXPECT_FALSE(takes(claims, {"other", "TEST", true}, 7));
    EXPECT_TRUE(takes(claims, {"second", "PRODUCTION", true}, 7));
}

TEST(TokenClaimsTest, EndWithTheTokenTheGenerationAndAnotherClaim) {
    TokenClaims claims;
    const Claimant one{"one", "TEST"};
    const Claimant other{"other", "TEST"};
    EXPECT_TRUE(takes(claims, one, 7));
    claims.release(one);
    EXPECT_TRUE(takes(claims, other, 7));
    EXPECT_TRUE(takes(claims, one, 7, 2));
    EXPECT_TRUE(takes(claims, one, 8, 2));
    EXPECT_TRUE(takes(claims, other, 7, 2));
}

TEST(TokenClaimsTest, NameBothEnvironments) {
    TokenClaims claims;
    claims.take({"one", "TEST"}, 7, 1);
    try {
        claims.take({"other", "TEST"}, 7, 1);
        FAIL() << "it was taken";
    } catch (const TokenError& error) {
        EXPECT_STREQ(error.what(),
                     "The token of environment other is that of environment one already, and they do not "
                     "share it");
    }
}

TEST(MechanismCodes, AreThoseOfTheServicesTable) {
    std::set<std::string_view> ours;
    std::set<std::string_view> theirs;
    for (const MechanismCode& row : mechanism_codes())
        ours.insert(mechanism_of(row.id).name);
    for (const Mechanism& row : mechanism_table())
        theirs.insert(row.name);
    EXPECT_EQ(ours, theirs);
}

TEST(MechanismCodes, NameEachMechanismOnce) {
    std::set<MechanismId> ids;
    for (const MechanismCode& row : mechanism_codes())
        EXPECT_TRUE(ids.insert(row.id).second) << mechanism_of(row.id).name;
}

TEST(Check, LetsCkrOkPass) {
    EXPECT_NO_THROW(check("C_SignInit", CKR_OK));
}

TEST(Place, IsWhereItsDefaultArgumentIsUsed) {
    const auto place_of = [](Place place = Place::here()) { return place.line; };
    const int line = __LINE__ + 1;
    EXPECT_EQ(place_of(), line);
}

TEST(Check, ThrowsTheCallTheNameAndASentenceWithoutThem) {
    try {
        check("C_CreateObject", CKR_KEY_SIZE_RANGE);
        FAIL() << "nothing was thrown";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::refused);
        EXPECT_EQ(error.call(), "C_CreateObject");
        EXPECT_EQ(error.code(), "CKR_KEY_SIZE_RANGE");
        EXPECT_STREQ(error.what(), "The token refuses the key: it does not take keys of this size");
    }
}

TEST(Restated, KeepsTheCallItsCodeAndItsReason) {
    const TokenError error =
        restated({TokenFault::unreachable, "The token can't be reached", "C_Sign", "CKR_GENERAL_ERROR"},
                 TokenFault::failed);
    EXPECT_EQ(error.fault(), TokenFault::failed);
    EXPECT_EQ(error.call(), "C_Sign");
    EXPECT_EQ(error.code(), "CKR_GENERAL_ERROR");
    EXPECT_STREQ(error.what(), "The token answers, but this call failed: the module reports a general error");
}

struct FaultCase {
    CK_RV value;
    TokenFault fault;
};
class Meanings : public ::testing::TestWithParam<FaultCase> {};
INSTANTIATE_TEST_SUITE_P(Values, Meanings,
                         ::testing::Values(FaultCase{CKR_DEVICE_ERROR, TokenFault::unreachable},
                                           FaultCase{CKR_SESSION_HANDLE_INVALID, TokenFault::unreachable},
                                           FaultCase{CKR_TOKEN_NOT_PRESENT, TokenFault::unreachable},
                                           FaultCase{CKR_CRYPTOKI_NOT_INITIALIZED, TokenFault::unreachable},
                                           FaultCase{CKR_OPERATION_ACTIVE, TokenFault::unreachable},
                                           FaultCase{CKR_USER_NOT_LOGGED_IN, TokenFault::unreachable},
                                           FaultCase{CKR_DEVICE_MEMORY, TokenFault::full},
                                           FaultCase{CKR_SESSION_COUNT, TokenFault::full},
                                           FaultCase{CKR_PIN_INCORRECT, TokenFault::pin},
                                           FaultCase{CKR_PIN_LOCKED, TokenFault::pin},
                                           FaultCase{CKR_USER_PIN_NOT_INITIALIZED, TokenFault::pin},
                                           FaultCase{CKR_TEMPLATE_INCONSISTENT, TokenFault::refused},
                                           FaultCase{CKR_TEMPLATE_INCOMPLETE, TokenFault::refused},
                                           FaultCase{CKR_MECHANISM_INVALID, TokenFault::refused},
                                           FaultCase{CKR_VENDOR_DEFINED | 7UL, TokenFault::unreachable}),
                         [](const auto& test) { return "Value" + std::to_string(test.param.value); });

TEST_P(Meanings, AreRead) {
    EXPECT_EQ(meaning_of(GetParam().value).fault, GetParam().fault);
}

TEST(AttributeTemplate, PointsToItsOwnNumbersAfterAMove) {
    AttributeTemplate built;
    for (CK_ULONG i = 0; i < 100; ++i)
        built.number(CKA_CLASS, i);
    AttributeTemplate moved = std::move(built);
    ASSERT_EQ(moved.size(), 100U);
    for (CK_ULONG i = 0; i < 100; ++i)
        EXPECT_EQ(*static_cast<CK_ULONG*>(moved.data()[i].pValue), i);
}

TEST(AttributeTemplate, BorrowsOctetsWithoutACopy) {
    const SecretBytes secret = SecretBytes::copy_of(as_bytes("not copied"));
    AttributeTemplate built;
    built.borrowed(CKA_VALUE, secret.reveal());
    EXPECT_EQ(built.data()[0].pValue, secret.reveal().data());
    EXPECT_EQ(built.data()[0].ulValueLen, secret.size());
}

TEST(Flags, NeverGrantWrapUnwrapOrDerive) {
    for (const ObjectClass role :
         {ObjectClass::secret_key, ObjectClass::private_key, ObjectClass::public_key})
        for (const Flag& flag :
             flags_of(role, ObjectLifetime::token, {KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}))
            if (flag.type == CKA_WRAP || flag.type == CKA_UNWRAP || flag.type == CKA_DERIVE) {
                EXPECT_FALSE(flag.value) << flag.name;
            }
}

TEST(Flags, NameEachAttributeOnceForARole) {
    for (const ObjectClass role :
         {ObjectClass::secret_key, ObjectClass::private_key, ObjectClass::public_key}) {
        std::set<CK_ATTRIBUTE_TYPE> types;
        for (const Flag& flag : flags_of(role, ObjectLifetime::token, {}))
            EXPECT_TRUE(types.insert(flag.type).second) << flag.name;
    }
}

class Points : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Curves, Points,
                         ::testing::Values(Kind::p256_public, Kind::p384_public, Kind::p521_public,
                                           Kind::secp256k1_public),
                         [](const auto& test) { return tests::name_of(test.param); });

TEST_P(Points, AreReadWrappedAndBare) {
    const keys::KeyMaterial material = tests::make_key(GetParam());
    const auto& key = std::get<keys::EcPublicKey>(material);
    for (const Bytes& point : {key.point, wrapped_point(key.point)}) {
        const auto read = ec_public_key(curve_oid(key.curve), point);
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(std::get<keys::EcPublicKey>(*read).curve, key.curve);
        EXPECT_EQ(std::get<keys::EcPublicKey>(*read).point, key.point);
    }
}

TEST_P(Points, OfAnotherLengthAreNone) {
    const keys::KeyMaterial material = tests::make_key(GetParam());
    const auto& key = std::get<keys::EcPublicKey>(material);
    EXPECT_FALSE(
        ec_public_key(curve_oid(key.curve), ByteView(key.point).first(key.point.size() - 1)).has_value());
}

TEST(PublicValues, Ed25519IsReadWrappedAndBare) {
    const Bytes bare(32, 0x42);
    for (const Bytes& point : {bare, wrapped_point(bare)})
        EXPECT_EQ(std::get<keys::Ed25519PublicKey>(ec_public_key(ed25519_oid(), point).value()).point, bare);
}

TEST(PublicValues, AnUnknownCurveIsNone) {
    const Bytes brainpool{0x06, 0x09, 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07};
    EXPECT_FALSE(ec_public_key(brainpool, Bytes(65, 0x04)).has_value());
}

TEST(PublicValues, RsaNumbersLoseLeadingZeros) {
    const keys::RsaPublicKey key = rsa_public_key(Bytes{0, 0, 9, 0}, Bytes{0, 1, 0, 1});
    EXPECT_EQ(key.modulus, (Bytes{9, 0}));
    EXPECT_EQ(key.public_exponent, (Bytes{1, 0, 1}));
}

TEST(HmacPadding, PutsZerosAfterTheKey) {
    const SecretBytes longer = padded(as_bytes("abc"));
    ASSERT_EQ(longer.size(), 64U);
    EXPECT_EQ(longer.reveal_text().substr(0, 3), "abc");
    EXPECT_TRUE(
        std::ranges::all_of(longer.reveal().subspan(3), [](std::uint8_t octet) { return octet == 0; }));
}

std::vector<std::string> names_of(const std::vector<Flag>& flags) {
    std::vector<std::string> names;
    for (const Flag& flag : flags)
        names.push_back(std::string(flag.name) + (flag.value ? " true" : " false"));
    return names;
}

TEST(ProtectionOf, ASecretKeyIsAllButItsUses) {
    EXPECT_THAT(names_of(protection_of(ObjectClass::secret_key)),
                ::testing::ElementsAre("CKA_PRIVATE true", "CKA_MODIFIABLE false", "CKA_SENSITIVE true",
                                       "CKA_EXTRACTABLE false", "CKA_WRAP false", "CKA_UNWRAP false",
                                       "CKA_DERIVE false"));
}

TEST(ProtectionOf, APrivateKeyIsAllButItsUses) {
    EXPECT_THAT(names_of(protection_of(ObjectClass::private_key)),
                ::testing::ElementsAre("CKA_PRIVATE true", "CKA_MODIFIABLE false", "CKA_SENSITIVE true",
                                       "CKA_EXTRACTABLE false", "CKA_SIGN_RECOVER false", "CKA_UNWRAP false",
                                       "CKA_DERIVE false"));
}

TEST(ProtectionOf, APublicKeyDoesNotDependOnWhoMayReadIt) {
    EXPECT_THAT(names_of(protection_of(ObjectClass::public_key)),
                ::testing::ElementsAre("CKA_MODIFIABLE false", "CKA_VERIFY_RECOVER false", "CKA_WRAP false",
                                       "CKA_DERIVE false"));
}

TEST(EcKeyWithoutPoint, HasTheCurveOfTheParameters) {
    const auto key = ec_key_without_point(curve_oid(keys::Curve::p384));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(std::get<keys::EcPublicKey>(*key).curve, keys::Curve::p384);
}

TEST(EcKeyWithoutPoint, IsNothingForUnknownParameters) {
    EXPECT_FALSE(ec_key_without_point(Bytes{0x06, 0x01, 0x01}).has_value());
    EXPECT_FALSE(ec_key_without_point({}).has_value());
}

}  // namespace
}  // namespace keyward::hsm
