// Wrong lengths and counts: memory beyond the buffer is never read, and a value that the module did not
// report is never used.
#include <gmock/gmock.h>

#include "hsm/cryptoki/bounds.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "tests/contract/token/support/untrusted_lab.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using Done = CryptoResult::Kind;

std::string name_of(OddAttribute odd) {
    switch (odd) {
        case OddAttribute::none:
            return "None";
        case OddAttribute::nulled:
            return "Nulled";
        case OddAttribute::nulled_with_length:
            return "NulledWithLength";
        case OddAttribute::elsewhere:
            return "Elsewhere";
        case OddAttribute::overstated:
            return "Overstated";
        case OddAttribute::overstated_too_small:
            return "OverstatedTooSmall";
        case OddAttribute::overstated_when_asked:
            return "OverstatedWhenAsked";
        case OddAttribute::unset:
            return "Unset";
        case OddAttribute::shortened:
            return "Shortened";
        case OddAttribute::empty:
            return "Empty";
    }
    return "Other";
}

class OddlyToldAttribute : public UntrustedModule, public ::testing::WithParamInterface<OddAttribute> {
  protected:
    void lie_about(CK_ATTRIBUTE_TYPE type) {
        lies_.odd_attribute = type;
        lies_.attribute = GetParam();
    }
    /// The attributes that the module reports of the key that existed before.
    hsm::AttributeQuery& reported() {
        hsm::Lease lease = lab_.inspector().lease();
        query_.run(lease, other_handle_);
        return query_;
    }

    hsm::AttributeQuery query_;
    const CK_OBJECT_HANDLE other_handle_ = handle_of(other_);
};
INSTANTIATE_TEST_SUITE_P(Lies, OddlyToldAttribute,
                         ::testing::Values(OddAttribute::nulled, OddAttribute::nulled_with_length,
                                           OddAttribute::elsewhere, OddAttribute::overstated,
                                           OddAttribute::overstated_too_small,
                                           OddAttribute::overstated_when_asked, OddAttribute::unset,
                                           OddAttribute::shortened, OddAttribute::empty),
                         [](const auto& test) { return name_of(test.param); });

TEST_P(OddlyToldAttribute, IsNeverTheValueAndTheOthersAreRead) {
    query_.ask_number(CKA_CLASS);
    query_.ask_flag(CKA_TOKEN);
    query_.ask(CKA_ID, ObjectId::size);
    query_.ask(CKA_LABEL, 32);
    ASSERT_EQ(reported().octets(CKA_LABEL).size(), 5U);  // a later run must not return this value
    lie_about(CKA_LABEL);
    EXPECT_NE(reported().octets(CKA_LABEL).size(), 5U);
    EXPECT_EQ(query_.number(CKA_CLASS), CKO_SECRET_KEY);
    EXPECT_EQ(query_.flag(CKA_TOKEN), true);
    EXPECT_EQ(to_hex(query_.octets(CKA_ID)), other_.hex());
    lie_about(CKA_CLASS);
    EXPECT_EQ(reported().number(CKA_CLASS), std::nullopt);
    lie_about(CKA_TOKEN);
    EXPECT_EQ(reported().flag(CKA_TOKEN), std::nullopt);
}

TEST_P(OddlyToldAttribute, OfAnImportIsAMismatch) {
    for (const CK_ATTRIBUTE_TYPE type : {CK_ATTRIBUTE_TYPE{CKA_ID}, CK_ATTRIBUTE_TYPE{CKA_LABEL},
                                         CK_ATTRIBUTE_TYPE{CKA_SENSITIVE}, every_attribute}) {
        lie_about(type);
        EXPECT_EQ(fault_of([&] { import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt}); }),
                  TokenFault::mismatch)
            << type;
    }
    expect_other_key();
    lab_.token()->destroy(id_);
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_P(OddlyToldAttribute, OfAPublicKeyIsAMismatch) {
    lie_about(CKA_MODULUS);
    // A shorter modulus is still a valid modulus.
    EXPECT_THAT(fault_of([&] { import(id_, Kind::rsa_public, {KeyUsage::sign_verify}); }),
                ::testing::AnyOf(TokenFault::mismatch, TokenFault::wrong_value));
    lie_about(CKA_EC_POINT);
    EXPECT_EQ(fault_of([&] { import(id_, Kind::p256_public, {KeyUsage::sign_verify}); }),
              TokenFault::mismatch);
    stop_lying();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_P(OddlyToldAttribute, IsNeverShownAsAnotherInAWalk) {
    for (const CK_ATTRIBUTE_TYPE type :
         {CK_ATTRIBUTE_TYPE{CKA_ID}, CK_ATTRIBUTE_TYPE{CKA_LABEL}, CK_ATTRIBUTE_TYPE{CKA_CHECK_VALUE},
          CK_ATTRIBUTE_TYPE{CKA_VALUE_LEN}, every_attribute}) {
        lie_about(type);
        std::vector<TokenObject> shown;
        try {
            lab_.token()->scan([&](const TokenObject& object, auto, auto) { shown.push_back(object); });
        } catch (const TokenError&) {
            continue;  // a scan that reports its failure is correct, too
        }
        for (const TokenObject& object : shown) {
            EXPECT_TRUE(!object.id || object.id == other_);
            EXPECT_LE(object.label.size(), 5U);
            EXPECT_TRUE(object.size == 0 || object.size == 256) << object.size;
        }
    }
    expect_other_key();
}

TEST_P(OddlyToldAttribute, OfAnUnfinishedObjectDestroysNothing) {
    // Its CKA_ID is empty, so a fault that leaves it empty has no effect.
    const bool hides_emptiness = GetParam() == OddAttribute::overstated ||
                                 GetParam() == OddAttribute::overstated_too_small ||
                                 GetParam() == OddAttribute::unset;
    lie_about(hides_emptiness ? CKA_ID : CKA_TOKEN);
    lab_.add_incomplete();
    try {
        EXPECT_EQ(lab_.token_with_pause([] {})->destroy_incomplete(0ms), 0U);
    } catch (const TokenError&) {
        EXPECT_EQ(shim_.destroyed, 0U);
    }
    EXPECT_EQ(shim_.destroyed, 0U);
    expect_other_key();
}

TEST_F(UntrustedModule, AnEmptyValueWithoutAPointerIsEmpty) {
    hsm::AttributeQuery query;
    query.ask(CKA_LABEL, 32);
    lies_.odd_attribute = CKA_LABEL;
    lies_.attribute = OddAttribute::nulled;
    const CK_OBJECT_HANDLE object = handle_of(other_);
    hsm::Lease lease = lab_.inspector().lease();
    query.run(lease, object);
    ASSERT_TRUE(query.value(CKA_LABEL).has_value());
    EXPECT_TRUE(query.value(CKA_LABEL)->empty());
    lies_.attribute = OddAttribute::none;
    query.run(lease, object);
    EXPECT_EQ(query.octets(CKA_LABEL).size(), 5U);  // the pointer left by the module is not used again
}

class ModuleThatGivesUp : public UntrustedModule, public ::testing::WithParamInterface<CK_RV> {};
INSTANTIATE_TEST_SUITE_P(Answers, ModuleThatGivesUp,
                         ::testing::Values(CKR_ATTRIBUTE_TYPE_INVALID, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED,
                                           CKR_ARGUMENTS_BAD, CKR_VENDOR_DEFINED | 3UL),
                         [](const auto& test) { return "Code" + std::to_string(test.param); });

TEST_P(ModuleThatGivesUp, AtAnAttributeThatItDoesNotHaveIsAskedForTheOthersByThemselves) {
    lies_.gives_up_at = CKA_CHECK_VALUE;
    lies_.gives_up_with = GetParam();
    EXPECT_EQ(import(id_, Kind::aes256, {KeyUsage::encrypt_decrypt}).key_check_value.size(), 6U);
    std::vector<TokenObject> shown;
    lab_.token()->scan([&](const TokenObject& object, auto, auto) { shown.push_back(object); });
    ASSERT_EQ(shown.size(), 2U);
    for (const TokenObject& object : shown) {
        EXPECT_TRUE(object.id == other_ || object.id == id_);
        EXPECT_EQ(object.size, 256);
        EXPECT_EQ(object.key_check_value, "");
    }
    EXPECT_EQ(lab_.token()->destroy(id_), 1U);
    expect_other_key();
}

using UntrustedList = UntrustedModule;

TEST_F(UntrustedList, OfSlotsThatHasGrownIsAskedForAgain) {
    lies_.slots_grow = 2;
    EXPECT_NO_THROW(lab_.open(lab_.settings())->ping());
    EXPECT_EQ(lies_.slots_grow, 0U);
}

TEST_F(UntrustedList, OfSlotsThatGrowsEachTimeIsUnreachable) {
    lies_.slots_grow = 1'000'000;
    EXPECT_EQ(fault_of([&] { lab_.open(lab_.settings())->ping(); }), TokenFault::unreachable);
}

TEST_F(UntrustedList, OfSlotsBeyondItsRoomIsUnreachable) {
    for (const CK_ULONG beyond : {1UL, 2UL, 1'000'000UL, CK_UNAVAILABLE_INFORMATION - 1000}) {
        lies_.slots_beyond = beyond;
        EXPECT_EQ(fault_of([&] { lab_.open(lab_.settings())->ping(); }), TokenFault::unreachable) << beyond;
    }
    lies_.slots_beyond = 0;
    EXPECT_NO_THROW(lab_.open(lab_.settings())->ping());
}

TEST_F(UntrustedList, OfMechanismsThatHasGrownIsAskedForAgain) {
    const auto usual = lab_.token()->mechanisms();
    lies_.mechanisms_grow = 2;
    EXPECT_EQ(lab_.open(lab_.settings())->mechanisms(), usual);
    EXPECT_EQ(lies_.mechanisms_grow, 0U);
}

TEST_F(UntrustedList, OfMechanismsBeyondItsRoomFails) {
    for (const CK_ULONG beyond : {1UL, 2UL, 1'000'000UL, CK_UNAVAILABLE_INFORMATION - 1000}) {
        lies_.mechanisms_beyond = beyond;
        EXPECT_EQ(fault_of([&] { lab_.open(lab_.settings())->mechanisms(); }), TokenFault::failed);
    }
}

TEST_F(UntrustedList, OfATokensNamesHasNoOctetsThatAreNoText) {
    lies_.odd_token_text = true;
    const TokenIdentity identity = lab_.open(lab_.settings())->identity();
    EXPECT_EQ(identity.label, "production");
    EXPECT_EQ(identity.manufacturer, std::string(32, '?'));
    EXPECT_EQ(identity.model, std::string(16, '?'));
}

TEST(TextOfField, HasNoPaddingAndNothingAfterAnEnd) {
    EXPECT_EQ(hsm::text_of_field(as_bytes("SoftHSM v2      ")), "SoftHSM v2");
    EXPECT_EQ(hsm::text_of_field(as_bytes(std::string_view("ended\0rubbish", 13))), "ended");
    EXPECT_EQ(hsm::text_of_field(as_bytes("        ")), "");
    EXPECT_EQ(hsm::text_of_field({}), "");
    EXPECT_EQ(hsm::text_of_field(as_bytes("caf\xC3\xA9 ")), "caf\xC3\xA9");
    EXPECT_EQ(hsm::text_of_field(as_bytes("caf\xC3")), "caf?");
}

TEST(Bounded, IsTheNumberOrAnError) {
    EXPECT_EQ(hsm::bounded("C_Sign", 7, 7), 7U);
    EXPECT_THROW(hsm::bounded("C_Sign", 8, 7), TokenError);
    EXPECT_THROW(hsm::bounded("C_Sign", CK_UNAVAILABLE_INFORMATION, 7), TokenError);
    EXPECT_EQ(hsm::bounded_output("C_Sign", 64, 64, 64), 64U);
    EXPECT_THROW(hsm::bounded_output("C_Sign", 63, 64, 64), TokenError);
}

}  // namespace
}  // namespace keyward::tests
