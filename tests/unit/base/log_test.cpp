#include "base/log.hpp"

#include <algorithm>
#include <type_traits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace keyward {
namespace {

// A secret must not get into a log, not even by way of another conversion.
static_assert(!std::is_constructible_v<log::Value, SecretBytes>);
static_assert(!std::is_constructible_v<log::Value, const SecretBytes&>);
static_assert(!std::is_constructible_v<log::Value, SecretBytes&>);
static_assert(!std::is_constructible_v<log::Value, bool>);
static_assert(std::is_convertible_v<std::string, log::Value>);
static_assert(std::is_convertible_v<const char*, log::Value>);
static_assert(std::is_convertible_v<std::size_t, log::Value>);

template <typename Write>
nlohmann::json line_of(Write write) {
    ::testing::internal::CaptureStderr();
    write();
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    return nlohmann::json::parse(line);
}

TEST(Log, ALineIsOneJsonObjectWithTimeLevelAndEvent) {
    const auto line = line_of([] { log::info("key.created"); });
    EXPECT_EQ(line.size(), 3U);
    EXPECT_EQ(line["level"], "info");
    EXPECT_EQ(line["event"], "key.created");
    EXPECT_EQ(line["time"].get<std::string>().size(), std::string("2026-01-31T08:15:30.250Z").size());
    EXPECT_EQ(line["time"].get<std::string>().back(), 'Z');
}

TEST(Log, LevelsAreNamed) {
    EXPECT_EQ(line_of([] { log::warn("a.b"); })["level"], "warning");
    EXPECT_EQ(line_of([] { log::error("a.b"); })["level"], "error");
}

TEST(Log, NumbersStayNumbersAndTextStaysText) {
    const auto line = line_of([] {
        log::info("a.b", {{"count", 3}, {"big", std::int64_t{-9000000000}}, {"text", "3"}});
    });
    EXPECT_EQ(line["count"], 3);
    EXPECT_EQ(line["big"], -9000000000);
    EXPECT_EQ(line["text"], "3");
}

TEST(Log, TextCanNotForgeALineOrAMember) {
    const std::string forged = "x\"}\n{\"level\":\"error\",\"event\":\"forged";
    const auto line = line_of([&] { log::info("a.b", {{"name", forged}}); });
    EXPECT_EQ(line["name"], forged);
    EXPECT_EQ(line["level"], "info");
}

TEST(Log, BracesAndPercentSignsAreNotFormats) {
    EXPECT_EQ(line_of([] { log::info("a.b", {{"name", "{} %v {0}"}}); })["name"], "{} %v {0}");
}

TEST(Log, BadUtf8IsReplacedAndDoesNotThrow) {
    EXPECT_EQ(line_of([] { log::info("a.b", {{"name", "a\xFFz"}}); })["name"], "a\xEF\xBF\xBDz");
}

TEST(Log, OnlyWarningsDropsWhatIsBelow) {
    log::only_warnings();
    ::testing::internal::CaptureStderr();
    log::info("dropped.line");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(line_of([] { log::warn("a.b"); })["level"], "warning");
}

}  // namespace
}  // namespace keyward
