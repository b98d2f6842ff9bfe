#include "crypto/mac.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace keyward {
namespace {

// RFC 4231 section 4.2.
TEST(Mac, OfADigestIsThatOfTheStandard) {
    EXPECT_EQ(to_hex(mac_of("HMAC", "SHA256", Bytes(20, 0x0b), as_bytes("Hi There"))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(mac_of("HMAC", "SHA224", Bytes(20, 0x0b), as_bytes("Hi There"))),
              "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
}

// NIST SP 800-38B appendix D.2, example 6.
TEST(Mac, OfACipherIsThatOfTheStandard) {
    EXPECT_EQ(
        to_hex(mac_of("CMAC", "AES-192-CBC", from_hex("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"),
                      from_hex("6bc1bee22e409f96e93d7e117393172a"))),
        "9e99a7bf31e710900662f65e617c5184");
}

TEST(Mac, WithAKeyOfAnotherLengthThanItsCiphersThrows) {
    EXPECT_THROW(mac_of("CMAC", "AES-128-CBC", Bytes(17), {}), std::runtime_error);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace keyward
