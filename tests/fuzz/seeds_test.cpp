#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

std::vector<std::filesystem::path> seeds_of(std::string_view target) {
    std::vector<std::filesystem::path> seeds;
    for (const std::filesystem::path folder : {KEYWARD_FUZZ_SEEDS, KEYWARD_FUZZ_MADE_SEEDS})
        if (is_directory(folder / target))
            for (const auto& entry : std::filesystem::directory_iterator(folder / target))
                seeds.push_back(entry.path());
    std::ranges::sort(seeds);
    return seeds;
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class Seeds : public testing::TestWithParam<Target> {};

TEST_P(Seeds, KeepEveryPropertyAndAreAcceptedAndRefused) {
    std::size_t accepted = 0;
    const auto seeds = seeds_of(GetParam().name);
    for (const auto& seed : seeds) {
        SCOPED_TRACE(seed);
        EXPECT_NO_THROW(accepted += GetParam().check(content_of(seed)) ? 1 : 0);
    }
    EXPECT_GT(accepted, 0U);
    EXPECT_LT(accepted, seeds.size());
}

INSTANTIATE_TEST_SUITE_P(OfEveryTarget, Seeds, testing::ValuesIn(targets),
                         [](const auto& target) { return std::string(target.param.name); });

TEST(Seeds, HaveAFolderForEachTargetAndNoOther) {
    std::vector<std::string> folders;
    for (const auto& entry : std::filesystem::directory_iterator(KEYWARD_FUZZ_SEEDS))
        folders.push_back(entry.path().filename());
    std::ranges::sort(folders);
    EXPECT_TRUE(std::ranges::equal(folders, targets, {}, {}, &Target::name));
}

TEST(Repetition, IsFoundFromTwelveOctetsOn) {
    EXPECT_TRUE(repeats("it is 0123456789ab.", "xx0123456789abyy"));
    EXPECT_FALSE(repeats("it is 0123456789a.", "xx0123456789ayy"));
    EXPECT_FALSE(repeats("short", "short"));
}

TEST(Repetition, OfTheServicesOwnWordsIsNone) {
    EXPECT_TRUE(repeats("a CERTIFICATE REQUEST", "CERTIFICATE REQUEST"));
    EXPECT_FALSE(repeats("a CERTIFICATE REQUEST", "CERTIFICATE REQUEST", {"CERTIFICATE REQUEST"}));
}

TEST(Properties, ThatAreBrokenAreNamed) {
    EXPECT_NO_THROW(expect(true, "one is one"));
    try {
        expect(false, "one is two");
        FAIL() << "nothing was thrown";
    } catch (const BrokenProperty& broken) {
        EXPECT_STREQ(broken.what(), "one is two");
    }
}

}  // namespace
}  // namespace keyward::fuzz
