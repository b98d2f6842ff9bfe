#include "settings/values.hpp"

#include <gtest/gtest.h>

namespace keyward::settings {
namespace {

using namespace std::chrono_literals;

TEST(Size, IsAWholeNumberWithAUnit) {
    EXPECT_EQ(parse_size("512B"), 512U);
    EXPECT_EQ(parse_size("1KiB"), 1024U);
    EXPECT_EQ(parse_size("3MiB"), 3145728U);
}

TEST(Size, WithAnythingElseIsRefused) {
    for (const auto* text : {"", "1", "MiB", "1MB", "1mib", "1 MiB", " 1MiB", "-1MiB", "1.5MiB", "0x1MiB",
                             "99999999999999999999B", "1000000001B"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Duration, IsAWholeNumberWithAUnit) {
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("5s"), 5s);
    EXPECT_EQ(parse_duration("2m"), 2min);
}

TEST(Duration, WithAnythingElseIsRefused) {
    for (const auto* text : {"", "5", "s", "5S", "5 s", "-5s", "0.5s", "5h", "86401s", "1000000000m"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Address, IsGivenInTheSystemsSpelling) {
    EXPECT_EQ(parse_address("127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(parse_address("0:0:0:0:0:0:0:1"), "::1");
    EXPECT_EQ(parse_address("2001:DB8::1"), "2001:db8::1");
}

TEST(Address, ThatIsANameAPortOrARangeIsRefused) {
    for (const auto* text :
         {"", "localhost", "127.0.0.1:80", "[::1]", "10.0.0.0/8", "127.1", "256.0.0.1", "fe80::1%eth0"})
        EXPECT_EQ(parse_address(text), std::nullopt) << text;
    EXPECT_EQ(parse_address(std::string_view{"127.0.0.1\0x", 11}), std::nullopt);
}

TEST(Address, OfLoopbackIsKnownInBothFamilies) {
    EXPECT_TRUE(is_loopback("127.0.0.1"));
    EXPECT_TRUE(is_loopback("127.8.8.8"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_FALSE(is_loopback("0.0.0.0"));
    EXPECT_FALSE(is_loopback("::"));
    EXPECT_FALSE(is_loopback("10.0.0.1"));
}

TEST(PinSourceText, HasThreeForms) {
    EXPECT_EQ(parse_pin_source("file:/run/a b.pin"), (PinSource{PinSource::Kind::file, "/run/a b.pin"}));
    EXPECT_EQ(parse_pin_source("env:PROD_PIN1"), (PinSource{PinSource::Kind::environment, "PROD_PIN1"}));
    EXPECT_EQ(parse_pin_source("credential:prod.pin"), (PinSource{PinSource::Kind::credential, "prod.pin"}));
}

TEST(PinSourceText, OfAnotherFormIsRefused) {
    for (const auto* text :
         {"", "pin", "file:", "file:relative", "file:/folder/", "env:", "env:1A", "env:A-B", "env:A=B",
          "credential:", "credential:..", "credential:a/b", "FILE:/x", "value:x"})
        EXPECT_EQ(parse_pin_source(text), std::nullopt) << text;
}

TEST(CatalogueUrl, IsSqliteWithAnAbsolutePathOrPostgresql) {
    for (const auto* text :
         {"sqlite:///var/lib/keyward.db", "postgresql://user@host/base", "postgres://host"})
        EXPECT_EQ(parse_catalogue_url(text), text);
    for (const auto* text : {"", "sqlite://keyward.db", "sqlite:///", "sqlite:/x", "/var/lib/keyward.db",
                             "mysql://host/base", "postgresql:host"})
        EXPECT_EQ(parse_catalogue_url(text), std::nullopt) << text;
}

TEST(EnvironmentName, IsFitForPathsAndLists) {
    for (const auto* text : {"production", "eu-1.a_b", "1"})
        EXPECT_EQ(parse_environment_name(text), text);
    for (const auto* text : {"", "-a", ".", "a b", "a,b", "a/b", "caf\xc3\xa9", "a\n"})
        EXPECT_EQ(parse_environment_name(text), std::nullopt) << text;
    EXPECT_NE(parse_environment_name(std::string(64, 'a')), std::nullopt);
    EXPECT_EQ(parse_environment_name(std::string(65, 'a')), std::nullopt);
}

TEST(NearestName, FindsTheNameThatWasMeant) {
    const std::vector<std::string> known{"address",    "port",        "max_body",
                                         "pin_source", "token_label", "token_serial"};
    EXPECT_EQ(nearest_name("adress", known), "address");
    EXPECT_EQ(nearest_name("maxbody", known), "max_body");
    EXPECT_EQ(nearest_name("pin", known), "pin_source");
    EXPECT_EQ(nearest_name("token_lable", known), "token_label");
}

TEST(NearestName, SaysNothingOfAWordThatIsFarFromAll) {
    EXPECT_EQ(nearest_name("colour", {"address", "port", "max_body"}), "");
    EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace keyward::settings
