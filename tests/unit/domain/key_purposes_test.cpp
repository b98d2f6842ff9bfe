#include "domain/key_purposes.hpp"

#include <gtest/gtest.h>

namespace keyward {
namespace {

using enum keys::Algorithm;

struct Change {
    keys::Algorithm algorithm;
    MechanismList from;
    MechanismList to;
    bool allowed;
};

void PrintTo(const Change& change, std::ostream* out) {
    for (const auto* list : {&change.from, &change.to}) {
        for (const std::string& name : *list)
            *out << name << " ";
        *out << "| ";
    }
}

class ChangeWithoutContent : public testing::TestWithParam<Change> {};

TEST_P(ChangeWithoutContent, IsAllowedOrNot) {
    const Change& change = GetParam();
    EXPECT_EQ(may_change_without_content(change.algorithm, change.from, change.to), change.allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Of, ChangeWithoutContent,
    testing::Values(Change{aes, {"AES-GCM"}, {"AES-GCM"}, true}, Change{aes, {"AES-GCM"}, {"AES-CTR"}, false},
                    Change{aes, {"AES-GCM"}, {"AES-CMAC"}, false},
                    Change{aes, {"AES-CMAC"}, {"AES-GCM"}, false},
                    Change{aes, {"AES-CMAC"}, {"AES-CMAC", "AES-GCM"}, false},
                    Change{aes, {"AES-GCM", "AES-CTR"}, {"AES-CTR"}, true},
                    Change{hmac, {"SHA256-HMAC"}, {"SHA512-HMAC", "SHA-1-HMAC"}, true},
                    Change{rsa, {"RSA-PKCS-OAEP", "SHA256-RSA-PKCS"}, {"RSA-PKCS-OAEP"}, true},
                    Change{rsa, {"RSA-PKCS-OAEP", "SHA256-RSA-PKCS"}, {"SHA384-RSA-PKCS"}, true},
                    Change{rsa, {"RSA-PKCS-OAEP"}, {"SHA256-RSA-PKCS"}, false},
                    Change{rsa, {"SHA256-RSA-PKCS"}, {"RSA-PKCS-OAEP"}, false},
                    Change{rsa, {"SHA256-RSA-PKCS"}, {"SHA256-RSA-PKCS", "RSA-PKCS-OAEP"}, false},
                    Change{rsa, {"RSA-PKCS"}, {"RSA-PKCS"}, true},
                    Change{rsa, {"RSA-PKCS"}, {"RSA-PKCS-OAEP"}, false},
                    Change{rsa, {"RSA-PKCS", "SHA256-RSA-PKCS"}, {"SHA256-RSA-PKCS"}, false},
                    Change{rsa, {"SHA256-RSA-PKCS"}, {"RSA-PKCS"}, false},
                    Change{ec, {"ECDSA-SHA256"}, {"ECDSA-SHA512"}, true},
                    Change{des, {"DES-CBC-PAD"}, {"DES-CBC-PAD"}, true}));

TEST(KeyPurposes, OfAnAesKeyAreOneMechanism) {
    EXPECT_EQ(conflict_among(aes, {"AES-GCM"}, {}), "");
    EXPECT_NE(conflict_among(aes, {"AES-GCM", "AES-CMAC"}, {}), "");
}

TEST(KeyPurposes, OfRsaPkcsStandAlone) {
    EXPECT_EQ(conflict_among(rsa, {"RSA-PKCS"}, {}), "");
    EXPECT_NE(conflict_among(rsa, {"RSA-PKCS-OAEP", "RSA-PKCS"}, {}), "");
    EXPECT_NE(conflict_among(rsa, {"SHA256-RSA-PKCS", "RSA-PKCS"}, {}), "");
}

TEST(KeyPurposes, MayBeTwoUnlessThePolicyRefusesThem) {
    const keys::KeyPolicy strict{.refuse_two_purposes = true};
    const MechanismList both{"SHA256-RSA-PKCS", "RSA-PKCS-OAEP"};
    EXPECT_EQ(conflict_among(rsa, both, {}), "");
    EXPECT_NE(conflict_among(rsa, both, strict), "");
    EXPECT_EQ(conflict_among(rsa, {"SHA256-RSA-PKCS", "SHA512-RSA-PKCS"}, strict), "");
    EXPECT_TRUE(have_two_purposes(rsa, default_mechanisms(rsa, {})));
    EXPECT_FALSE(have_two_purposes(rsa, default_mechanisms(rsa, strict)));
    EXPECT_EQ(default_mechanisms(rsa, strict).size(), 6U);
    EXPECT_EQ(default_mechanisms(aes, strict), MechanismList{"AES-GCM"});
}

TEST(KeyPurposes, ReachEverySignatureOfTheObjectAndNothingElse) {
    EXPECT_EQ(reachable_without_content(aes, {"AES-CMAC"}), MechanismList{"AES-CMAC"});
    EXPECT_EQ(reachable_without_content(hmac, {"SHA256-HMAC"}).size(), 5U);
    EXPECT_EQ(reachable_without_content(rsa, {"SHA256-RSA-PKCS"}).size(), 6U);
    EXPECT_EQ(reachable_without_content(rsa, {"RSA-PKCS-OAEP"}), MechanismList{"RSA-PKCS-OAEP"});
    EXPECT_EQ(reachable_without_content(rsa, default_mechanisms(rsa, {})).size(), 7U);
}

}  // namespace
}  // namespace keyward
