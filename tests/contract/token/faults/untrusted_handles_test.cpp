// Wrong handles and search results never affect another key.
#include <gmock/gmock.h>

#include "hsm/objects/inventory.hpp"
#include "tests/contract/token/support/untrusted_lab.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using Done = CryptoResult::Kind;
using ::testing::HasSubstr;

using UntrustedHandle = UntrustedModule;

TEST_F(UntrustedHandle, OfAnotherKeyAfterAnImportIsAMismatchAndCostsThatKeyNothing) {
    lies_.created_as = handle_of(other_);
    EXPECT_EQ(fault_of([&] { import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt}); }),
              TokenFault::mismatch);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 0U);  // the created object is found by its own id
}

TEST_F(UntrustedHandle, OfAnotherKeyAfterAnImportOfAPairCostsThatKeyNothing) {
    lies_.created_as = handle_of(other_);
    EXPECT_EQ(fault_of([&] { import(id_, Kind::p256, {KeyUsage::sign_verify}); }), TokenFault::mismatch);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(UntrustedHandle, OfAnotherKeyInATrialCostsThatKeyNothing) {
    lies_.created_as = handle_of(other_);
    for (const Kind kind : {Kind::aes128, Kind::hmac16, Kind::rsa})
        EXPECT_EQ(fault_of([&] { import(id_, kind, uses_for(kind).front(), ObjectLifetime::session); }),
                  TokenFault::mismatch);
    expect_other_key();
}

TEST_F(UntrustedHandle, OfAnotherKeyInTheProofOfOaepCostsThatKeyNothing) {
    lies_.created_as = handle_of(other_);
    EXPECT_THROW(lab_.token()->oaep_hashes(), TokenError);
    expect_other_key();
}

TEST_F(UntrustedHandle, OfAnObjectThatIsNotThereIsNoImport) {
    lies_.created_as = 0x7FFF'FFFF;
    EXPECT_THROW(import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt}), TokenError);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(UntrustedHandle, ThatIsNoneIsAMismatchAndLeavesNothing) {
    lies_.created_without_handle = true;
    EXPECT_EQ(fault_of([&] { import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt}); }),
              TokenFault::mismatch);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(UntrustedHandle, ThatComesTwiceIsAMismatchAndLeavesNothing) {
    import(ObjectId::random(), Kind::p256, {KeyUsage::sign_verify});
    lies_.created_twice = true;
    EXPECT_EQ(fault_of([&] { import(id_, Kind::p256, {KeyUsage::sign_verify}); }), TokenFault::mismatch);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 0U);
}

TEST_F(UntrustedHandle, ThatStandsForAnotherKeyByNowDestroysNothing) {
    import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt});
    lies_.reused_for = handle_of(other_);
    lies_.reused = handle_of(id_);
    EXPECT_EQ(fault_of([&] { lab_.token()->destroy(id_); }), TokenFault::mismatch);
    EXPECT_EQ(shim_.destroyed, 0U);
    expect_other_key();
    EXPECT_EQ(lab_.token()->count(id_), 1U);
}

TEST_F(UntrustedHandle, IsReadRightBeforeItsObjectIsDestroyed) {
    import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt});
    hsm::Lease lease = lab_.inspector().lease();
    const CK_OBJECT_HANDLE other = hsm::find_objects(lease, other_).at(0);
    EXPECT_EQ(hsm::destroy_if_ours(lease, other, id_), hsm::Standing::another);
    EXPECT_EQ(hsm::destroy_if_ours(lease, 0x7FFF'FFFF, id_), hsm::Standing::gone);
    EXPECT_EQ(shim_.destroyed, 0U);
    EXPECT_EQ(hsm::destroy_if_ours(lease, hsm::find_objects(lease, id_).at(0), id_), hsm::Standing::ours);
    EXPECT_EQ(shim_.destroyed, 1U);
}

TEST_F(UntrustedHandle, WhoseIdIsNotToldDestroysNothing) {
    import(id_, Kind::aes128, {KeyUsage::encrypt_decrypt});
    hsm::Lease lease = lab_.inspector().lease();
    const CK_OBJECT_HANDLE object = hsm::find_objects(lease, id_).at(0);
    lies_.odd_attribute = CKA_ID;
    for (const OddAttribute odd :
         {OddAttribute::nulled, OddAttribute::nulled_with_length, OddAttribute::elsewhere,
          OddAttribute::overstated, OddAttribute::unset, OddAttribute::shortened, OddAttribute::empty}) {
        lies_.attribute = odd;
        EXPECT_EQ(hsm::destroy_if_ours(lease, object, id_), hsm::Standing::another);
    }
    EXPECT_EQ(shim_.destroyed, 0U);
}

TEST_F(UntrustedHandle, OfAHalfMadeObjectThatIsARealKeyByNowDestroysNothing) {
    lab_.add_incomplete();
    const CK_OBJECT_HANDLE incomplete = lies_.last_created;
    const CK_OBJECT_HANDLE other = handle_of(other_);
    const auto token = lab_.token_with_pause([&] {
        lies_.reused_for = other;
        lies_.reused = incomplete;
    });
    EXPECT_EQ(token->destroy_incomplete(0ms), 0U);
    EXPECT_EQ(shim_.destroyed, 0U);
    expect_other_key();
}

using UntrustedSearch = UntrustedModule;

TEST_F(UntrustedSearch, ThatIgnoresItsTemplateDestroysTheOneKeyAlone) {
    import(id_, Kind::p256, {KeyUsage::sign_verify});
    lies_.finds_everything = true;
    EXPECT_EQ(lab_.token()->count(id_), 2U);
    EXPECT_EQ(lab_.token()->destroy(id_), 2U);
    expect_other_key();
}

// The key may exist and be shown under another id.
TEST_F(UntrustedSearch, ThatFindsOthersAloneIsAMismatchAndNotTheAbsenceOfAKey) {
    lies_.finds_everything = true;
    EXPECT_EQ(fault_of([&] { lab_.token()->count(id_); }), TokenFault::mismatch);
    EXPECT_EQ(fault_of([&] { lab_.token()->destroy(id_); }), TokenFault::mismatch);
    expect_other_key();
}

TEST_F(UntrustedSearch, ThatFindsAnObjectTwiceFindsItOnce) {
    lies_.finds_twice = true;
    EXPECT_EQ(lab_.token()->count(other_), 1U);
    expect_other_key();
}

TEST_F(UntrustedSearch, ThatFindsNoHandleFindsNothingMore) {
    lies_.finds_nothing_as_handle = true;
    EXPECT_EQ(lab_.token()->count(other_), 1U);
    expect_other_key();
}

TEST_F(UntrustedSearch, ThatBeginsAgainAtItsEndComesToAnEnd) {
    lies_.finds_endlessly = true;
    EXPECT_EQ(lab_.token()->count(other_), 1U);
    expect_other_key();
}

TEST_F(UntrustedSearch, ThatFindsMoreThanItWasAskedForFailsAndDestroysNothing) {
    for (const CK_ULONG beyond : {1UL, 1000UL, CK_UNAVAILABLE_INFORMATION - 256}) {
        lies_.finds_too_many = beyond;
        EXPECT_EQ(fault_of([&] { lab_.token()->destroy(other_); }), TokenFault::failed) << beyond;
        EXPECT_EQ(fault_of([&] { lab_.token()->scan([](const auto&, auto, auto) {}); }), TokenFault::failed);
    }
    EXPECT_EQ(shim_.destroyed, 0U);
    expect_other_key();
}

TEST_F(UntrustedSearch, ThatFailsLeavesNoSearchBehindInItsSession) {
    hsm::Lease lease = lab_.inspector().lease();
    lies_.finds_too_many = 1;
    EXPECT_THROW(hsm::find_objects(lease, other_), TokenError);
    lies_.finds_too_many = 0;
    EXPECT_EQ(hsm::find_objects(lease, other_).size(), 1U);
}

}  // namespace
}  // namespace keyward::tests
