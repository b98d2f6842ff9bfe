// CKA_ALLOWED_MECHANISMS: if a module supports it, objects are limited to the key's mechanisms; if not,
// imports still work.
#include "hsm/objects/allowed_mechanisms.hpp"

#include <array>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/objects/attribute_query.hpp"
#include "hsm/objects/objects.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

class AllowedMechanisms : public ::testing::Test {
  protected:
    AllowedMechanisms() { prepare_process(); }

    static ImportResult import(Token& token, const ObjectId& id, const keys::KeyMaterial& material,
                               const MechanismList& mechanisms,
                               ObjectLifetime lifetime = ObjectLifetime::token) {
        return token.import({.id = id,
                             .label = "MyProject/k",
                             .material = material,
                             .uses = uses_of(keys::algorithm_of(material), mechanisms),
                             .lifetime = lifetime,
                             .mechanisms = mechanisms});
    }
    ImportResult import(const ObjectId& id, const keys::KeyMaterial& material,
                        const MechanismList& mechanisms, ObjectLifetime lifetime = ObjectLifetime::token) {
        return import(*lab_.token(), id, material, mechanisms, lifetime);
    }
    ImportResult import(Kind kind, const MechanismList& mechanisms) {
        return import(id_, make_key(kind), mechanisms);
    }

    /// The mechanisms that the objects with the id are limited to.
    std::vector<hsm::MechanismCodes> limits() {
        std::vector<hsm::MechanismCodes> all;
        hsm::Lease lease = lab_.inspector().lease();
        for (const CK_OBJECT_HANDLE object : hsm::find_objects(lease, id_)) {
            hsm::AttributeQuery query;
            query.ask(CKA_ALLOWED_MECHANISMS, 16 * sizeof(CK_MECHANISM_TYPE));
            query.run(lease, object);
            const Bytes octets = query.octets(CKA_ALLOWED_MECHANISMS);
            hsm::MechanismCodes codes(octets.size() / sizeof(CK_MECHANISM_TYPE));
            if (!octets.empty()) std::memcpy(codes.data(), octets.data(), octets.size());
            all.push_back(codes);
        }
        return all;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    const ObjectId id_ = ObjectId::random();
};

struct Limited {
    Kind kind;
    MechanismList mechanisms;
    std::vector<CK_MECHANISM_TYPE> codes;
};

TEST_F(AllowedMechanisms, OfAnObjectAreThoseOfItsKeyAndWhatItMayChangeTo) {
    const std::vector<Limited> all{
        {Kind::aes256, {"AES-GCM"}, {CKM_AES_GCM}},
        {Kind::aes128, {"AES-CTR"}, {CKM_AES_CTR}},
        {Kind::aes192, {"AES-CBC-PAD"}, {CKM_AES_CBC_PAD}},
        {Kind::aes256, {"AES-ECB"}, {CKM_AES_ECB}},
        {Kind::aes256, {"AES-CMAC"}, {CKM_AES_CMAC}},
        {Kind::des, {"DES-CBC-PAD"}, {CKM_DES_CBC_PAD}},
        {Kind::desede, {"DES3-CBC-PAD"}, {CKM_DES3_CBC_PAD}},
        {Kind::hmac64,
         {"SHA512-HMAC"},
         {CKM_SHA_1_HMAC, CKM_SHA224_HMAC, CKM_SHA256_HMAC, CKM_SHA384_HMAC, CKM_SHA512_HMAC}},
        {Kind::rsa, {"RSA-PKCS-OAEP"}, {CKM_RSA_PKCS_OAEP}},
        {Kind::rsa, {"RSA-PKCS"}, {CKM_RSA_PKCS}},
        {Kind::rsa_public, {"RSA-PKCS-OAEP"}, {CKM_RSA_PKCS_OAEP}},
        {Kind::rsa,
         {"SHA256-RSA-PKCS"},
         {CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS,
          CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS}},
        {Kind::p256, {"ECDSA-SHA256"}, {CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512, CKM_ECDSA}},
        {Kind::ed25519, {"EDDSA"}, {CKM_EDDSA}},
    };
    for (const Limited& limited : all) {
        SCOPED_TRACE(limited.mechanisms.front());
        import(limited.kind, limited.mechanisms);
        const auto found = limits();
        EXPECT_EQ(found.size(), objects_of(limited.kind));
        for (const auto& codes : found)
            EXPECT_THAT(codes, ::testing::UnorderedElementsAreArray(limited.codes));
        lab_.token()->destroy(id_);
    }
}

TEST_F(AllowedMechanisms, KeepACipherFromEveryOtherMode) {
    import(Kind::aes256, {"AES-GCM"});
    hsm::Lease lease = lab_.inspector().lease();
    const auto object = hsm::find_objects(lease, id_).front();
    std::array<CK_BYTE, 16> iv{};
    CK_AES_CTR_PARAMS counter{128, {}};
    for (CK_MECHANISM mechanism :
         {CK_MECHANISM{CKM_AES_CTR, &counter, sizeof counter}, CK_MECHANISM{CKM_AES_ECB, nullptr, 0},
          CK_MECHANISM{CKM_AES_CBC, iv.data(), iv.size()}})
        EXPECT_EQ(lease.p11().C_EncryptInit(lease.session(), &mechanism, object), CKR_MECHANISM_INVALID);
}

TEST_F(AllowedMechanisms, LeaveTheCheckValuesAsTheyAre) {
    for (const auto& [kind, mechanism] : {std::pair{Kind::aes256, "AES-GCM"},
                                          {Kind::aes128, "AES-CTR"},
                                          {Kind::aes192, "AES-CBC-PAD"},
                                          {Kind::aes256, "AES-CMAC"},
                                          {Kind::desede, "DES3-CBC-PAD"},
                                          {Kind::hmac16, "SHA512-HMAC"}}) {
        const keys::KeyMaterial material = make_key(kind);
        EXPECT_EQ(import(ObjectId::random(), material, {mechanism}).key_check_value,
                  keys::key_check_value(std::get<keys::SecretKey>(material)))
            << mechanism;
    }
    shim_.no_check_value = true;
    for (const char* mechanism : {"AES-CTR", "AES-CBC-PAD", "AES-ECB"}) {
        const keys::KeyMaterial material = make_key(Kind::aes256);
        EXPECT_EQ(import(ObjectId::random(), material, {mechanism}).key_check_value,
                  keys::key_check_value(std::get<keys::SecretKey>(material)))
            << mechanism;
    }
}

TEST_F(AllowedMechanisms, CostNoMoreCalls) {
    import(Kind::aes256, {"AES-GCM"});
    const ObjectId another = ObjectId::random();
    const CK_ULONG created = shim_.created;
    const CK_ULONG reads = shim_.reads;
    const CK_ULONG inits = shim_.inits;
    import(another, make_key(Kind::aes256), {"AES-GCM"});
    EXPECT_EQ(shim_.created - created, 1U);
    EXPECT_EQ(shim_.reads - reads, 1U);
    EXPECT_EQ(shim_.inits - inits, 1U);
    import(ObjectId::random(), make_key(Kind::p256), {"ECDSA-SHA256"});
    EXPECT_EQ(shim_.created - created, 3U);
    EXPECT_EQ(shim_.reads - reads, 3U);
    EXPECT_EQ(shim_.inits - inits, 2U);
}

class UnknownAllowedMechanisms : public AllowedMechanisms, public ::testing::WithParamInterface<CK_RV> {
  protected:
    UnknownAllowedMechanisms() { shim_.allowed_mechanisms_unknown = GetParam(); }
};

TEST_P(UnknownAllowedMechanisms, AreLeftOutAndLearntOnce) {
    import(Kind::aes256, {"AES-GCM"});
    EXPECT_EQ(lab_.token()->count(id_), 1U);
    EXPECT_THAT(limits(), ::testing::Each(IsEmpty()));
    const CK_ULONG created = shim_.created;
    import(ObjectId::random(), make_key(Kind::aes256), {"AES-GCM"});
    EXPECT_EQ(shim_.created - created, 1U);
    for (const Kind kind : {Kind::rsa, Kind::p256_public}) {
        const ObjectId id = ObjectId::random();
        import(id, make_key(kind), {kind == Kind::rsa ? "RSA-PKCS-OAEP" : "ECDSA-SHA256"});
        EXPECT_EQ(lab_.token()->count(id), objects_of(kind));
    }
}

TEST_P(UnknownAllowedMechanisms, AreLeftOutWhereTheTokenHasOneSession) {
    hsm::TokenSettings settings = lab_.settings();
    settings.sessions = 1;
    const auto token = lab_.open(settings);
    for (const auto& [kind, mechanism] :
         {std::pair{Kind::aes256, "AES-GCM"}, {Kind::hmac16, "SHA256-HMAC"}}) {
        const ObjectId id = ObjectId::random();
        import(*token, id, make_key(kind), {mechanism});
        EXPECT_EQ(token->count(id), 1U);
    }
}

TEST_P(UnknownAllowedMechanisms, LeaveNoSessionObjectBehind) {
    import(id_, make_key(Kind::aes256), {"AES-GCM"}, ObjectLifetime::session);
    std::size_t objects = 0;
    lab_.token()->scan([&](const TokenObject&, std::size_t, std::size_t) { ++objects; });
    EXPECT_EQ(objects, 0U);
    hsm::Lease lease = lab_.inspector().lease();
    hsm::AttributeTemplate any;
    EXPECT_THAT(hsm::find_matching(lease, any), IsEmpty());
}

TEST_P(UnknownAllowedMechanisms, LeaveTheTextOfARefusedKeyAsItIs) {
    shim_.create_private_object = CKR_CURVE_NOT_SUPPORTED;
    try {
        import(Kind::p256, {"ECDSA-SHA256"});
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::refused);
        EXPECT_STREQ(error.what(), "The token refuses the key: it does not support the curve (EC, 256 bits)");
    }
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

INSTANTIATE_TEST_SUITE_P(WithEveryCode, UnknownAllowedMechanisms,
                         ::testing::Values(CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID,
                                           CKR_TEMPLATE_INCONSISTENT, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED,
                                           CKR_DEVICE_ERROR, CKR_VENDOR_DEFINED | 7));

TEST_F(AllowedMechanisms, ThatAModuleIgnoresAreNotBelieved) {
    shim_.allowed_mechanisms_ignored = true;
    import(Kind::aes256, {"AES-GCM"});
    EXPECT_EQ(lab_.token()->count(id_), 1U);
    const CK_ULONG created = shim_.created;
    import(ObjectId::random(), make_key(Kind::aes256), {"AES-GCM"});
    EXPECT_EQ(shim_.created - created, 1U);
}

TEST_F(AllowedMechanisms, ThatAreReportedAsOthersAreAMismatch) {
    shim_.lie_about = CKA_ALLOWED_MECHANISMS;
    try {
        import(Kind::aes256, {"AES-GCM"});
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::mismatch);
        EXPECT_THAT(error.what(), ::testing::HasSubstr("CKA_ALLOWED_MECHANISMS"));
    }
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(AllowedMechanisms, ThatAreReportedInPartOfAMechanismAreNoList) {
    shim_.lies.odd_attribute = CKA_ALLOWED_MECHANISMS;
    shim_.lies.attribute = OddAttribute::shortened;
    try {
        import(Kind::aes256, {"AES-GCM"});
        FAIL() << "the import went through";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::mismatch);
        EXPECT_STREQ(error.what(),
                     "The token does not hold what was sent: it reports CKA_ALLOWED_MECHANISMS = no list of "
                     "mechanisms where ours was asked");
    }
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(AllowedMechanisms, ThatAWalkIsToldInPartOfAMechanismAreNotKnown) {
    import(Kind::aes256, {"AES-GCM"});
    shim_.lies.odd_attribute = CKA_ALLOWED_MECHANISMS;
    shim_.lies.attribute = OddAttribute::shortened;
    std::size_t objects = 0;
    lab_.token()->scan([&](const TokenObject& object, std::size_t, std::size_t) {
        ++objects;
        EXPECT_FALSE(object.allowed_mechanisms.has_value());
    });
    EXPECT_EQ(objects, 1U);
}

TEST_F(AllowedMechanisms, StayInUseAfterADisturbanceOfTheToken) {
    shim_.disturbances = 1;
    import(Kind::p256, {"ECDSA-SHA256"});
    EXPECT_THAT(limits(), ::testing::Each(Contains(CKM_ECDSA_SHA256)));
}

TEST_F(AllowedMechanisms, WithoutTheMechanismInTheTokenAreLeftOut) {
    shim_.no_gcm = true;
    import(Kind::aes256, {"AES-GCM"});
    EXPECT_THAT(limits(), ::testing::Each(IsEmpty()));
    const ObjectId other = ObjectId::random();
    import(other, make_key(Kind::aes256), {"AES-CTR"});
    EXPECT_EQ(lab_.token()->count(other), 1U);
}

}  // namespace
}  // namespace keyward::tests
