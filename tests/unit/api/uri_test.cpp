#include "api/uri.hpp"

#include <gtest/gtest.h>

namespace keyward::api {
namespace {

using Segments = std::vector<std::string>;

TEST(Uri, TheSlashAtTheEndMakesNoDifference) {
    EXPECT_EQ(path_segments("/a/b"), (Segments{"a", "b"}));
    EXPECT_EQ(path_segments("/a/b/"), (Segments{"a", "b"}));
}

TEST(Uri, AnEncodedSlashBelongsToItsPart) {
    EXPECT_EQ(path_segments("/keys/a%2Fb/"), (Segments{"keys", "a/b"}));
}

TEST(Uri, APlusInAPathIsAPlus) {
    EXPECT_EQ(path_segments("/a+b"), (Segments{"a+b"}));
}

TEST(Uri, EmptyPartsAreRefused) {
    EXPECT_EQ(path_segments("/a//b"), std::nullopt);
    EXPECT_EQ(path_segments("//"), std::nullopt);
}

TEST(Uri, TheRootHasNoParts) {
    EXPECT_EQ(path_segments("/"), Segments{});
}

TEST(Uri, DecodesUtf8) {
    EXPECT_EQ(percent_decode("%C3%A9%e2%82%ac"), "é€");
}

TEST(Uri, RefusesWhatCanNotBeDecoded) {
    for (const std::string_view text :
         {"%", "%4", "%zz", "%-1", "a%4g", "%00", "%0A", "%7F", "%C2%85", "%FF", "%C0%80", "%ED%A0%80"})
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(Uri, ReadsQueryParametersInOrder) {
    EXPECT_EQ(query_parameters("a=1&b=x%26y&c&d=a+b"),
              (QueryParameters{{"a", "1"}, {"b", "x&y"}, {"c", ""}, {"d", "a b"}}));
}

TEST(Uri, AnEmptyQueryHasNoParameters) {
    EXPECT_EQ(query_parameters(""), QueryParameters{});
}

TEST(Uri, RefusesAQueryThatCanNotBeDecoded) {
    EXPECT_EQ(query_parameters("a=%"), std::nullopt);
}

}  // namespace
}  // namespace keyward::api
