// The trial that tells whether a token takes short HMAC keys, when the module fails during the trial.
#include <gtest/gtest.h>

#include "hsm/import/create.hpp"
#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

class HmacPaddingFaults : public ::testing::Test {
  protected:
    HmacPaddingFaults() {
        prepare_process();
        lab_.token()->ping();
    }

    /// Imports a short HMAC key. Returns the number of objects that the import creates: the key, and the
    /// object of the trial when there is one.
    CK_ULONG objects_of_import() {
        const keys::KeyMaterial material = make_key(Kind::hmac16);
        const CK_ULONG before = shim_.created;
        lab_.token()->import({ObjectId::random(),
                              "label",
                              material,
                              {KeyUsage::sign_verify},
                              ObjectLifetime::token,
                              std::nullopt});
        return shim_.created - before;
    }

    static constexpr CK_ULONG key_alone = 1;
    static constexpr CK_ULONG trial_and_key = 2;

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
};

TEST_F(HmacPaddingFaults, TheTrialIsMadeOnce) {
    EXPECT_EQ(objects_of_import(), trial_and_key);
    EXPECT_EQ(objects_of_import(), key_alone);
}

TEST_F(HmacPaddingFaults, AMomentaryFailureToCreateItsObjectIsNotItsAnswer) {
    shim_.create_session_object = CKR_DEVICE_MEMORY;
    EXPECT_EQ(objects_of_import(), trial_and_key) << "the key is padded and imported";
    shim_.create_session_object = CKR_OK;
    EXPECT_EQ(objects_of_import(), trial_and_key) << "the trial is made again";
    EXPECT_EQ(objects_of_import(), key_alone);
}

TEST_F(HmacPaddingFaults, AMomentaryFailureToBeginItsSignatureIsNotItsAnswer) {
    shim_.init = CKR_DEVICE_MEMORY;
    EXPECT_EQ(objects_of_import(), trial_and_key);
    EXPECT_EQ(objects_of_import(), trial_and_key) << "the trial is made again";
    EXPECT_EQ(objects_of_import(), key_alone);
}

TEST_F(HmacPaddingFaults, ARefusalIsItsAnswer) {
    shim_.create_session_object = CKR_KEY_SIZE_RANGE;
    EXPECT_EQ(objects_of_import(), trial_and_key);
    shim_.create_session_object = CKR_OK;
    EXPECT_EQ(objects_of_import(), key_alone);
}

}  // namespace
}  // namespace keyward::tests
