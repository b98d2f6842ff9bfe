#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings.hpp"
#include "tests/support/files.hpp"

namespace keyward::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view smallest = R"([[environment]]
name = "production"
module = "/usr/lib/module.so"
token_label = "production"
pin_source = "file:/run/secrets/production.pin"
)";

std::string with_smallest(std::string_view text) {
    return std::string{text} + "\n" + std::string{smallest};
}

/// "line:column text" of every mistake, in order; empty when there is none.
std::vector<std::string> mistakes_of(std::string_view text) {
    const test::TemporaryFolder folder;
    try {
        load(folder.write("keyward.toml", text));
    } catch (const SettingsError& error) {
        std::vector<std::string> found;
        for (const auto& [place, what] : error.mistakes())
            found.push_back(std::to_string(place.line) + ':' + std::to_string(place.column) + ' ' + what);
        return found;
    }
    return {};
}

Settings loaded(std::string_view text) {
    const test::TemporaryFolder folder;
    return load(folder.write("keyward.toml", text));
}

TEST(Load, TakesTheDefaultsForWhatIsLeftOut) {
    const auto settings = loaded(smallest);
    EXPECT_EQ(settings.http.address, "127.0.0.1");
    EXPECT_EQ(settings.http.port, 8080);
    EXPECT_EQ(settings.policy.rsa_min_bits, 2048U);
    EXPECT_EQ(settings.catalogue.url, "sqlite:///var/lib/keyward/keyward.db");
    ASSERT_EQ(settings.environments.size(), 1U);
    EXPECT_EQ(settings.environments[0].type, "PRODUCTION");
    EXPECT_EQ(settings.environments[0].sessions, 16U);
    EXPECT_EQ(settings.environments[0].import_route, ImportRoute::automatic);
}

TEST(Load, ReadsEverySetting) {
    const auto settings = loaded(R"(
[http]
address = "0.0.0.0"
port = 9000
max_body = "2KiB"
trusted_proxies = ["10.0.0.1", "0::2"]
trusted_network = true
[policy]
legacy_mechanisms = true
rsa_min_bits = 1024
rsa_two_purposes = "refuse"
request_fingerprint_secret_file = "/srv/idempotency.key"
[catalogue]
url = "postgresql://keyward@db/keyward"
[[environment]]
name = "sandbox"
type = "SANDBOX"
description = "for Müller's trials"
module = "/opt/hsm/module.so"
module_init_args = "configdir='/opt'"
token_label = "first"
token_serial = "0123456789abcdef"
pin_source = "env:SANDBOX_PIN"
import_route = "create"
sessions = 1024
deadline = "250ms"
)");
    EXPECT_EQ(settings.http.address, "0.0.0.0");
    EXPECT_EQ(settings.http.port, 9000);
    EXPECT_EQ(settings.http.max_body, 2048U);
    EXPECT_THAT(settings.http.trusted_proxies, ElementsAre("10.0.0.1", "::2"));
    EXPECT_TRUE(settings.http.trusted_network);
    EXPECT_TRUE(settings.policy.legacy_mechanisms);
    EXPECT_EQ(settings.policy.rsa_min_bits, 1024U);
    EXPECT_TRUE(settings.policy.refuse_two_purposes);
    EXPECT_EQ(settings.policy.request_fingerprint_secret_file, "/srv/idempotency.key");
    EXPECT_EQ(settings.catalogue.url, "postgresql://keyward@db/keyward");
    const auto& environment = settings.environments.at(0);
    EXPECT_EQ(environment.name, "sandbox");
    EXPECT_EQ(environment.type, "SANDBOX");
    EXPECT_EQ(environment.description, "for Müller's trials");
    EXPECT_EQ(environment.module, "/opt/hsm/module.so");
    EXPECT_EQ(environment.module_init_args, "configdir='/opt'");
    EXPECT_EQ(environment.token_label, "first");
    EXPECT_EQ(environment.token_serial, "0123456789abcdef");
    EXPECT_EQ(environment.pin_source, (PinSource{PinSource::Kind::environment, "SANDBOX_PIN"}));
    EXPECT_EQ(environment.import_route, ImportRoute::create);
    EXPECT_EQ(environment.sessions, 1024U);
    EXPECT_EQ(environment.deadline, std::chrono::milliseconds{250});
}

TEST(Load, KeepsTheFilesOrderOfEnvironments) {
    const auto settings = loaded(R"(
environment = [
  { name = "b", module = "/m.so", token_label = "b", pin_source = "env:B" },
  { name = "a", module = "/m.so", token_serial = "1", pin_source = "env:A" } ]
)");
    ASSERT_EQ(settings.environments.size(), 2U);
    EXPECT_EQ(settings.environments[0].name, "b");
    EXPECT_EQ(settings.environments[1].name, "a");
}

TEST(Load, TakesTheEarlierNameOfTheFingerprintSecretsFile) {
    const auto settings = loaded(with_smallest("[policy]\nidempotency_key_file = \"/srv/idempotency.key\""));
    EXPECT_EQ(settings.policy.request_fingerprint_secret_file, "/srv/idempotency.key");
}

TEST(Load, RefusesBothNamesOfTheFingerprintSecretsFile) {
    EXPECT_THAT(mistakes_of(with_smallest("[policy]\nidempotency_key_file = \"/a\"\n"
                                          "request_fingerprint_secret_file = \"/b\"")),
                ElementsAre("2:24 policy.idempotency_key_file is the earlier name of "
                            "request_fingerprint_secret_file, which is set too; remove it"));
}

TEST(Load, ReportsEveryMistakeAtOnceWithItsPlace) {
    EXPECT_THAT(
        mistakes_of(R"([http]
adress = "127.0.0.1"
port = "8080"
max_body = "1MB"
  trusted_network = 1
[polcy]
[catalogue]
url = "mysql://keyward:hunter2@db"
[[environment]]
name = "production"
type = "LIVE"
pin_source = "1234"
sessions = 0
)"),
        ElementsAre(
            "2:1 http.adress is not a setting; did you mean http.address?",
            R"(3:8 http.port is "8080"; expected a whole number from 1 to 65535)",
            R"(4:12 http.max_body is "1MB"; expected a size from "1KiB" to "64MiB")",
            "5:21 http.trusted_network is 1; expected true or false",
            "6:1 polcy is not a setting; did you mean policy?",
            "8:7 catalogue.url is a text that is not shown, because it may contain a secret; expected "
            R"("sqlite:///absolute/path" or "postgresql://user@host/database")",
            "9:1 environment.module is missing; expected the absolute path of a PKCS#11 module",
            "9:1 environment.token_label names no token; expected the label of the environment's token, or a "
            "token_serial",
            R"(11:8 environment.type is "LIVE"; expected PRODUCTION, SANDBOX or TEST)",
            "12:14 environment.pin_source is a text that is not shown, because it may contain a secret; "
            "expected "
            R"("file:/absolute/path", "env:NAME" or "credential:NAME")",
            "13:12 environment.sessions is 0; expected a whole number from 1 to 1024"));
}

TEST(Load, SaysFileLineAndColumnOnALineForEachMistake) {
    const test::TemporaryFolder folder;
    const auto path = folder.write("keyward.toml", with_smallest("[http]\nport = 0\nports = 1"));
    try {
        load(path);
        FAIL() << "nothing was thrown";
    } catch (const SettingsError& error) {
        EXPECT_EQ(error.what(), path + ":2:8: http.port is 0; expected a whole number from 1 to 65535\n" +
                                    path + ":3:1: http.ports is not a setting; did you mean http.port?");
    }
}

TEST(Load, ShowsAStrangeNameInOneLineOfPlainText) {
    EXPECT_THAT(mistakes_of(with_smallest("\"a\\u001B\\nb\" = 1\n\"c\\u009Bü\" = 2\n\"ü\" = 3")),
                ElementsAre("1:16 a??b is not a setting; remove it", "2:15 c???? is not a setting; remove it",
                            "3:2 ü is not a setting; remove it"));
}

TEST(Load, ShowsTheBeginningOfALongName) {
    const std::string shown(59, 'a');
    EXPECT_THAT(mistakes_of(with_smallest("\"" + shown + "üb\" = 1")),
                ElementsAre("1:2 " + shown + "… is not a setting; remove it"));
    EXPECT_THAT(mistakes_of(with_smallest("http.address = \"" + shown + "üb\"")),
                ElementsAre("1:16 http.address is \"" + shown +
                            "\"…; expected an IP address, for example \"127.0.0.1\""));
}

TEST(Load, ShowsTheBeginningOfALongNameThatOccursTwice) {
    const std::string name(300, 'a');
    EXPECT_THAT(mistakes_of(name + " = 1\n" + name + " = 2"),
                ElementsAre("2:304 this is not TOML: value (\"" + std::string(230, 'a') + "…"));
}

TEST(Load, RefusesAFileThatIsNotUtf8) {
    for (const char* value : {"\"\xFF\"", "'\xFF'", "'''\xC3'''", "\"\"\"\xED\xA0\x80\"\"\""})
        EXPECT_THAT(mistakes_of(std::string("a = ") + value),
                    ElementsAre("1:1 the file is not UTF-8, as TOML must be"));
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (; times > 0; --times)
        all += text;
    return all;
}

TEST(Load, RefusesADeepFileWithoutReadingIt) {
    constexpr std::size_t most = 1U << 17U;
    constexpr auto refusal =
        " is nested more than 16 deep; expected a configuration as config/keyward.toml shows it";
    for (const std::string_view level : {"[", "{a=", "[{"})
        EXPECT_THAT(mistakes_of("\na = " + repeated(level, most)), ElementsAre(HasSubstr(refusal))) << level;
    EXPECT_THAT(mistakes_of("\na" + repeated(".a", most) + " = 1"),
                ElementsAre("2:34" + std::string(refusal)));
    EXPECT_THAT(mistakes_of("[a" + repeated(".a", most) + "]"), ElementsAre("1:35" + std::string(refusal)));
}

TEST(Load, ReadsAFileOfTheGreatestDepth) {
    EXPECT_THAT(mistakes_of(with_smallest("a = " + repeated("[", 16) + repeated("]", 16) + "\nb" +
                                          repeated(".b", 16) + " = 1")),
                ElementsAre("1:1 a is not a setting; remove it", HasSubstr("b is not a setting; remove it")));
}

TEST(Load, TakesBracketsAndDotsInStringsAndCommentsForText) {
    const std::string many = repeated("[{.", 17);
    EXPECT_EQ(loaded("# " + many + "\n" + std::string(smallest) + "description = \"\\\"" + many + "\"")
                  .environments.front()
                  .description,
              "\"" + many);
    for (const char* quotes : {"'", "\"\"\"", "'''"})
        EXPECT_EQ(loaded(std::string(smallest) + "description = " + quotes + many + quotes)
                      .environments.front()
                      .description,
                  many);
    EXPECT_EQ(loaded(std::string(smallest) + "description = \"\"\"" + many + "\"\"\"\"\" # " + many)
                  .environments.front()
                  .description,
              many + "\"\"");
}

TEST(Load, NeverShowsAPinThatWasWrittenIntoTheFile) {
    const auto found = mistakes_of(with_smallest("pin = \"secret-1\"\n[policy]\npin = \"secret-2\"") +
                                   "pin = \"secret-3\"\n");
    EXPECT_EQ(found.size(), 3U);
    for (const auto& mistake : found)
        EXPECT_THAT(mistake, Not(HasSubstr("secret-")));
    EXPECT_THAT(found.at(2), HasSubstr("did you mean environment.pin_source?"));
}

TEST(Load, RefusesAnAddressThatOthersCanReach) {
    const auto found = mistakes_of(with_smallest("[http]\naddress = \"0.0.0.0\""));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(
        found[0],
        HasSubstr(
            "2:11 http.address is \"0.0.0.0\", which other machines can reach; expected a loopback address"));
    EXPECT_THAT(found[0], HasSubstr("http.trusted_network = true"));
}

TEST(Load, TakesEveryLoopbackAddressWithoutMore) {
    EXPECT_EQ(loaded(with_smallest("[http]\naddress = \"::1\"")).http.address, "::1");
    EXPECT_EQ(loaded(with_smallest("[http]\naddress = \"127.0.0.9\"")).http.address, "127.0.0.9");
}

TEST(Load, RefusesAHostNameAsAddress) {
    EXPECT_THAT(
        mistakes_of(with_smallest("[http]\naddress = \"localhost\"")),
        ElementsAre(R"(2:11 http.address is "localhost"; expected an IP address, for example "127.0.0.1")"));
}

TEST(Load, RefusesRangesAmongTheTrustedProxies) {
    EXPECT_THAT(
        mistakes_of(with_smallest("[http]\ntrusted_proxies = [\"10.0.0.0/8\"]")),
        ElementsAre(
            R"(2:19 http.trusted_proxies is an array; expected an array of IP addresses, for example ["127.0.0.1"], without ranges)"));
}

TEST(Load, TakesShortRsaKeysOnlyWithLegacyMechanisms) {
    EXPECT_THAT(mistakes_of(with_smallest("[policy]\nrsa_min_bits = 1024")),
                ElementsAre("2:16 policy.rsa_min_bits is 1024; below 2048 it needs policy.legacy_mechanisms "
                            "= true (NIST SP 800-131A)"));
    EXPECT_THAT(mistakes_of(with_smallest("[policy]\nlegacy_mechanisms = true\nrsa_min_bits = 1024")),
                ElementsAre());
    EXPECT_EQ(mistakes_of(with_smallest("[policy]\nlegacy_mechanisms = true\nrsa_min_bits = 1023")).size(),
              1U);
    EXPECT_EQ(mistakes_of(with_smallest("[policy]\nrsa_min_bits = 16385")).size(), 1U);
}

TEST(Load, TakesTwoPurposesWithAWarningOrNot) {
    EXPECT_THAT(mistakes_of(with_smallest("[policy]\nrsa_two_purposes = \"warn\"")), ElementsAre());
    EXPECT_THAT(mistakes_of(with_smallest("[policy]\nrsa_two_purposes = \"allow\"")),
                ElementsAre(R"(2:20 policy.rsa_two_purposes is "allow"; expected "warn" or "refuse")"));
}

TEST(Load, KnowsTheRoutesOfThisVersion) {
    for (const auto* route : {"unwrap:AES-KEY-WRAP-PAD", "unwrap:AES-CBC-PAD", "import"}) {
        EXPECT_THAT(
            mistakes_of(std::string{smallest} + "import_route = \"" + route + "\"\n"),
            ElementsAre(
                std::string{"6:16 environment.import_route is \""} + route +
                "\"; expected \"auto\" or \"create\": the unwrap routes are not available in this version"));
    }
}

TEST(Load, RefusesADescriptionThatIsTooLongOrNoUtf8) {
    const auto described = [](const std::string& text) {
        return mistakes_of(std::string{smallest} + "description = \"" + text + "\"\n");
    };
    EXPECT_THAT(described(std::string(4096, 'x')), ElementsAre());
    EXPECT_THAT(described(std::string(4097, 'x')), ElementsAre(HasSubstr("6:15 environment.description")));
    EXPECT_EQ(described("\xFF").size(), 1U);
}

TEST(Load, RefusesADeadlineOutOfRange) {
    for (const auto* text : {"\"9ms\"", "\"6m\"", "\"0s\"", "5", "\"5\"", "\"soon\""})
        EXPECT_EQ(mistakes_of(std::string{smallest} + "deadline = " + text + "\n").size(), 1U) << text;
    for (const auto* text : {"\"10ms\"", "\"5m\"", "\"300s\""})
        EXPECT_THAT(mistakes_of(std::string{smallest} + "deadline = " + text + "\n"), ElementsAre()) << text;
}

TEST(Load, RefusesMoreSessionsThanThereMayBe) {
    EXPECT_THAT(mistakes_of(std::string{smallest} + "sessions = 1025\n"),
                ElementsAre("6:12 environment.sessions is 1025; expected a whole number from 1 to 1024"));
}

TEST(Load, RefusesTwoEnvironmentsOfOneName) {
    EXPECT_THAT(
        mistakes_of(std::string{smallest} + std::string{smallest}),
        ElementsAre(
            R"(7:8 environment.name "production" is already the name of the environment in line 1; expected another name)"));
}

TEST(Load, RefusesOneModuleWithTwoInitArguments) {
    const std::string second = R"([[environment]]
name = "staging"
module = "/usr/lib/module.so"
module_init_args = "other"
token_label = "staging"
pin_source = "env:PIN"
)";
    EXPECT_THAT(mistakes_of(std::string{smallest} + second),
                ElementsAre("9:20 environment.module_init_args differs from that of another environment with "
                            "the same module; expected the same text, because a module is initialized once"));
}

TEST(Load, RefusesATokenLabelThatNoTokenCanHave) {
    const std::string text = R"([[environment]]
name = "production"
module = "relative.so"
token_label = "123456789012345678901234567890123"
pin_source = "env:PIN"
)";
    const auto found = mistakes_of(text);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0],
                HasSubstr(R"(3:10 environment.module is "relative.so"; expected the absolute path)"));
    EXPECT_THAT(found[1], HasSubstr("4:15 environment.token_label is \"1234"));
}

TEST(Load, AsksForAnEnvironment) {
    EXPECT_THAT(mistakes_of("[http]\nport = 80\n"),
                ElementsAre("1:1 environment is missing; expected at least one [[environment]] table"));
    EXPECT_THAT(
        mistakes_of("[environment]\nname = \"a\"\n"),
        ElementsAre("1:1 environment is a table; expected tables that each begin with [[environment]]"));
    EXPECT_THAT(mistakes_of("environment = [1]\n"),
                ElementsAre("1:16 environment contains 1; expected [[environment]] tables"));
}

TEST(Load, AsksForATableWhereASettingStands) {
    EXPECT_THAT(mistakes_of("http = 1\n" + std::string{smallest}),
                ElementsAre("1:8 http is 1; expected the table [http]"));
}

TEST(Load, SaysWhereTheFileIsNoToml) {
    EXPECT_THAT(
        mistakes_of("[http]\nport = 1 address = 2\n"),
        ElementsAre(testing::StartsWith("2:10 this is not TOML: invalid line format (expected newline")));
    EXPECT_THAT(mistakes_of("[http]\nport = 1\nport = 2\n"),
                ElementsAre(testing::StartsWith("3:8 this is not TOML: value (\"port\") already exists")));
    EXPECT_THAT(mistakes_of("[http\n"), ElementsAre(testing::StartsWith("1:")));
}

TEST(Load, RefusesAFileThatIsNotThereOrIsAFolder) {
    const test::TemporaryFolder folder;
    EXPECT_THROW(load(folder.path() / "absent.toml"), SettingsError);
    EXPECT_THROW(load(folder.path()), SettingsError);
}

TEST(Load, RefusesAFileThatIsTooLarge) {
    EXPECT_THAT(mistakes_of(std::string(1048577, '#')),
                ElementsAre("1:1 the file is larger than 1 MiB, so it is not a configuration"));
}

TEST(Load, TakesWindowsLineEndsAndAByteOrderMark) {
    EXPECT_EQ(loaded("\xef\xbb\xbf[http]\r\nport = 81\r\n" + std::string{smallest}).http.port, 81);
}

/// Two environments whose settings after the module are these.
std::string two_environments(std::string_view one, std::string_view other,
                             std::string_view other_module = "/usr/lib/module.so") {
    const auto environment = [](std::string_view name, std::string_view module, std::string_view rest) {
        return "[[environment]]\nname = \"" + std::string(name) + "\"\nmodule = \"" + std::string(module) +
               "\"\npin_source = \"env:PIN\"\n" + std::string(rest) + "\n";
    };
    return environment("one", "/usr/lib/module.so", one) + environment("other", other_module, other);
}

constexpr auto unshared =
    "names the token of environment \"one\"; expected a token of its own, or shared_token = true in both "
    "environments";
constexpr auto of_production =
    "names the token of environment \"one\"; expected a token of its own, because a PRODUCTION environment "
    "shares its token with no other type";

TEST(SharedToken, IsRefusedUnlessBothEnvironmentsSaySo) {
    const std::string token = "token_label = \"a\"";
    const std::string shared = token + "\nshared_token = true";
    for (const auto& [one, other] : {std::pair{token, token}, {shared, token}, {token, shared}})
        EXPECT_THAT(mistakes_of(two_environments(one, other)), ElementsAre(HasSubstr(unshared)));
    EXPECT_THAT(mistakes_of(two_environments(shared, shared)), ElementsAre());
}

TEST(SharedToken, OfProductionWithAnotherTypeIsRefusedWhateverTheySay) {
    const std::string production = "token_label = \"a\"\nshared_token = true";
    for (const std::string type : {"TEST", "SANDBOX"}) {
        const std::string other = production + "\ntype = \"" + type + "\"";
        EXPECT_THAT(mistakes_of(two_environments(production, other)), ElementsAre(HasSubstr(of_production)));
    }
    const std::string test = production + "\ntype = \"TEST\"";
    const std::string sandbox = production + "\ntype = \"SANDBOX\"";
    EXPECT_THAT(mistakes_of(two_environments(test, sandbox)), ElementsAre());
}

TEST(SharedToken, IsSeenByLabelAndBySerialNumber) {
    const std::string label = "token_label = \"a\"";
    const std::string serial = "token_serial = \"1\"";
    const std::string both = label + "\n" + serial;
    for (const auto& [one, other] : {std::pair{label, both}, {both, label}, {both, both}, {serial, both}})
        EXPECT_THAT(mistakes_of(two_environments(one, other)), ElementsAre(HasSubstr(unshared)));
}

TEST(SharedToken, IsNoneWhereTheTokensAreOthersOrMayBe) {
    const std::string label = "token_label = \"a\"";
    for (const std::string other :
         {"token_label = \"b\"", "token_serial = \"1\"", "token_label = \"b\"\ntoken_serial = \"1\""})
        EXPECT_THAT(mistakes_of(two_environments(label, other)), ElementsAre()) << other;
    const std::string first = label + "\ntoken_serial = \"1\"";
    const std::string second = label + "\ntoken_serial = \"2\"";
    EXPECT_THAT(mistakes_of(two_environments(first, second)), ElementsAre());
    EXPECT_THAT(mistakes_of(two_environments(label, label, "/usr/lib/other.so")), ElementsAre());
}

TEST(SharedToken, IsSeenThroughLinksToTheModule) {
    const test::TemporaryFolder folder;
    const std::filesystem::path module = folder.write("module.so", "a module");
    const std::filesystem::path symbolic = module.parent_path() / "symbolic.so";
    const std::filesystem::path hard = module.parent_path() / "hard.so";
    std::filesystem::create_symlink(module, symbolic);
    std::filesystem::create_hard_link(module, hard);
    const std::string token = "token_label = \"a\"";
    for (const auto& link : {symbolic, hard}) {
        const std::string text = two_environments(token, token, link.string());
        const std::string with_module =
            std::string(text).replace(text.find("/usr/lib/module.so"), 18, module.string());
        EXPECT_THAT(mistakes_of(with_module), ElementsAre(HasSubstr(unshared)));
    }
}

}  // namespace
}  // namespace keyward::settings
