#include "base/ids.hpp"

#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyward {
namespace {

TEST(ObjectId, ReadsBackWhatItWrites) {
    const std::string hex = "000102030405060708090a0b0c0d0eff";
    const ObjectId id = ObjectId::from_hex(hex);
    EXPECT_EQ(id.hex(), hex);
    EXPECT_EQ(id.octets().size(), ObjectId::size);
    EXPECT_EQ(id, ObjectId::from_hex("000102030405060708090A0B0C0D0EFF"));
}

TEST(ObjectId, OfAnotherLengthOrWithoutHexIsRefused) {
    for (const char* text : {"", "00", "000102030405060708090a0b0c0d0e", "000102030405060708090a0b0c0d0eff00",
                             "000102030405060708090a0b0c0d0e0", "zz0102030405060708090a0b0c0d0eff"})
        EXPECT_THROW(ObjectId::from_hex(text), std::invalid_argument) << text;
}

TEST(ObjectId, RandomOnesDiffer) {
    std::set<ObjectId> ids;
    for (int i = 0; i < 1000; ++i)
        ids.insert(ObjectId::random());
    EXPECT_EQ(ids.size(), 1000U);
}

TEST(RandomUuid, HasTheFormOfVersionFour) {
    const std::string form = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    std::set<std::string> uuids;
    for (int i = 0; i < 200; ++i) {
        uuids.insert(random_uuid());
        EXPECT_THAT(*uuids.rbegin(), testing::MatchesRegex(form));
    }
    EXPECT_EQ(uuids.size(), 200U);
}

TEST(RandomSecret, HasTheLengthThatWasAskedForAndDiffers) {
    const SecretBytes first = random_secret(32);
    const SecretBytes second = random_secret(32);
    EXPECT_EQ(first.size(), 32U);
    EXPECT_FALSE(equal_secrets(first.reveal(), second.reveal()));
    EXPECT_TRUE(random_secret(0).empty());
}

}  // namespace
}  // namespace keyward
