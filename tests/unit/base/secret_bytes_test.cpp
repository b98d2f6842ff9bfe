#include "base/secret_bytes.hpp"

#include <ostream>
#include <type_traits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace keyward {
namespace {

template <typename Type>
concept Streamable = requires(std::ostream& stream, const Type& value) {
    stream << value;
};
template <typename Type>
concept JsonAble = requires(const Type& value) {
    nlohmann::json(value);
};

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> &&
              std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view> &&
              !std::is_convertible_v<SecretBytes, ByteView>);
static_assert(!std::is_constructible_v<std::string, SecretBytes>);
static_assert(!Streamable<SecretBytes> && !JsonAble<SecretBytes>);

SecretBytes secret(std::string_view text) {
    return SecretBytes::copy_of(as_bytes(text));
}

TEST(SecretBytes, HoldWhatTheyWereGiven) {
    const SecretBytes bytes = secret("open sesame");
    EXPECT_EQ(bytes.size(), 11U);
    EXPECT_EQ(bytes.reveal_text(), "open sesame");
    EXPECT_TRUE(SecretBytes().empty());
    EXPECT_EQ(SecretBytes().reveal_text(), "");
}

TEST(SecretBytes, ACloneIsACopyOfItsOwn) {
    SecretBytes original = secret("abc");
    const SecretBytes clone = original.clone();
    original.writable()[0] = 'x';
    EXPECT_EQ(clone.reveal_text(), "abc");
    EXPECT_NE(clone.reveal().data(), original.reveal().data());
}

TEST(SecretBytes, AMoveTakesTheOctetsAndLeavesNothing) {
    SecretBytes from = secret("abc");
    const std::uint8_t* const place = from.reveal().data();
    SecretBytes to = std::move(from);
    EXPECT_EQ(to.reveal().data(), place);
    // What a moved-from secret holds is the point.
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_TRUE(from.empty());
    EXPECT_EQ(from.reveal().data(), nullptr);
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    from = std::move(to);
    EXPECT_EQ(from.reveal_text(), "abc");
}

TEST(SecretBytes, AssignedToItselfItStays) {
    SecretBytes bytes = secret("abc");
    SecretBytes& same = bytes;
    bytes = std::move(same);
    EXPECT_EQ(bytes.reveal_text(), "abc");
}

TEST(SecretBytes, TruncatingCleansesWhatFallsAway) {
    SecretBytes bytes = secret("abcdef");
    const std::uint8_t* const place = bytes.reveal().data();
    bytes.truncate(2);
    EXPECT_EQ(bytes.reveal_text(), "ab");
    for (std::size_t i = 2; i < 6; ++i)
        EXPECT_EQ(place[i], 0U);
}

TEST(SecretBytes, TruncatingToMoreChangesNothing) {
    SecretBytes bytes = secret("abc");
    bytes.truncate(10);
    EXPECT_EQ(bytes.reveal_text(), "abc");
}

TEST(SecretBytes, TakingAStringEmptiesAndCleansesIt) {
    std::string text = "a password that is longer than the string's own room";
    const char* const place = text.data();
    const std::size_t size = text.size();
    const SecretBytes taken = SecretBytes::take(text);
    EXPECT_EQ(taken.size(), size);
    EXPECT_TRUE(text.empty());
    for (std::size_t i = 0; i < size; ++i)
        EXPECT_EQ(place[i], '\0');
}

TEST(EqualSecrets, ComparesLengthAndOctets) {
    EXPECT_TRUE(equal_secrets(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(equal_secrets(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(equal_secrets(as_bytes("abc"), as_bytes("ab")));
    EXPECT_TRUE(equal_secrets({}, {}));
}

}  // namespace
}  // namespace keyward
