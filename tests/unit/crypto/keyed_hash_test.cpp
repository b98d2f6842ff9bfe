#include "crypto/keyed_hash.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace keyward {
namespace {

SecretBytes key_of(std::uint8_t octet, std::size_t size) {
    return SecretBytes::copy_of(Bytes(size, octet));
}

// The message is the part's length, eight octets, and the part; made with
// printf '\0\0\0\0\0\0\0\10Hi There' | openssl mac -digest SHA256 -macopt hexkey:0b0b…0b HMAC
TEST(KeyedHash, IsHmacSha256OverTheLengthAndThePart) {
    EXPECT_EQ(keyed_hash(key_of(0x0b, 20), {as_bytes("Hi There")}),
              "70454c00e162637b41588d34d6e73e7ab2fb58fdde827b1e084ecaeb378dca60");
}

// RFC 4231 has no empty message; made with: openssl mac -digest SHA256 -macopt hexkey:0b0b…0b HMAC </dev/null
TEST(KeyedHash, OfNothingIsHmacOverNothing) {
    EXPECT_EQ(keyed_hash(key_of(0x0b, 20), {}),
              "999a901219f032cd497cadb5e6051e97b6a29ab297bd6ae722bd6062a2f59542");
}

TEST(KeyedHash, TellsWhereOnePartEndsAndTheNextBegins) {
    const SecretBytes key = random_secret(32);
    EXPECT_NE(keyed_hash(key, {as_bytes("ab"), as_bytes("c")}),
              keyed_hash(key, {as_bytes("a"), as_bytes("bc")}));
    EXPECT_NE(keyed_hash(key, {as_bytes("abc")}), keyed_hash(key, {as_bytes("abc"), {}}));
}

TEST(KeyedHash, IsAnotherWithAnotherKey) {
    EXPECT_NE(keyed_hash(random_secret(32), {as_bytes("a")}), keyed_hash(random_secret(32), {as_bytes("a")}));
}

}  // namespace
}  // namespace keyward
