#include <algorithm>
#include <memory>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// Every command with one configuration, without a running service.
class CommandLine : public testing::Test {
  protected:
    static void SetUpTestSuite() { home = std::make_unique<Home>(); }
    static void TearDownTestSuite() { home.reset(); }

    static bool is_one_line(const std::string& text) {
        return std::ranges::count(text, '\n') == 1 && text.ends_with('\n') && text.starts_with("keyward: ");
    }

    inline static std::unique_ptr<Home> home;
};

/// Wrong usage: exit code 2 and one line that names the fault and the help.
struct Usage {
    const char* name;
    std::vector<std::string> words;
    const char* text;
};
void PrintTo(const Usage& usage, std::ostream* out) {
    *out << usage.name;
}

class WrongUsage : public CommandLine, public testing::WithParamInterface<Usage> {};

TEST_P(WrongUsage, IsToldInOneLineWithExitCodeTwo) {
    const test::CommandResult outcome = home->keyward(GetParam().words);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.output, "");
    EXPECT_TRUE(is_one_line(outcome.errors)) << outcome.errors;
    EXPECT_NE(outcome.errors.find(GetParam().text), std::string::npos) << outcome.errors;
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongUsage,
    testing::Values(
        Usage{"NoSuchCommand", {"bogus"}, "bogus"}, Usage{"NoCommand", {}, "subcommand"},
        Usage{"NoSubcommand", {"project"}, "subcommand"},
        Usage{"NoSuchOption", {"serve", "--prot", "1"}, "--prot"},
        Usage{"NameMissing", {"project", "create", "--environments", "production"}, "NAME"},
        Usage{"EnvironmentsMissing", {"project", "create", "P"}, "--environments"},
        Usage{"EnvironmentTwice", {"project", "create", "P", "--environments", "staging,staging"}, "staging"},
        Usage{"EnvironmentEmpty", {"project", "create", "P", "--environments", "staging,"}, "empty"},
        Usage{"GrantWithoutPermission", {"grant", "alice", "MyProject"}, "PERMISSION"},
        Usage{"NoSuchPermission", {"grant", "alice", "MyProject", "SECRETS:ALL"}, "SECRETS:MANAGE"},
        Usage{"AdminOfAProject", {"grant", "alice", "MyProject", "--admin"}, "--admin"},
        Usage{"RoleAdminOfAProject", {"grant", "alice", "MyProject", "ROLE_ADMIN"}, "--admin"},
        Usage{"EmptyName", {"user", "create", ""}, "NAME: must not be empty"},
        Usage{"EmptyEnvironments",
              {"grant", "alice", "MyProject", "SECRETS:USE", "--environments", ""},
              "--environments: must not be empty"},
        Usage{"EmptyExpires",
              {"token", "create", "--user", "alice", "--expires", ""},
              "--expires: must not be empty"},
        Usage{"TokenOfNobody", {"token", "create"}, "--user"},
        Usage{"ExpiresInWords", {"token", "create", "--user", "alice", "--expires", "soon"}, "90d"},
        Usage{"ExpiresNever", {"token", "create", "--user", "alice", "--expires", "0d"}, "90d"}),
    [](const auto& test) { return test.param.name; });

/// A failure: exit code 1 and one line that says what to do.
class Failure : public CommandLine, public testing::WithParamInterface<Usage> {};

TEST_P(Failure, IsToldInOneLineWithExitCodeOne) {
    const test::CommandResult outcome = home->keyward(GetParam().words);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(is_one_line(outcome.errors)) << outcome.errors;
    EXPECT_NE(outcome.errors.find(GetParam().text), std::string::npos) << outcome.errors;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Failure,
    testing::Values(
        Usage{"ProjectIsThere", {"project", "create", "MyProject", "--environments", "staging"}, "already"},
        Usage{"UnknownEnvironment", {"project", "create", "P", "--environments", "moon"}, "production"},
        Usage{"ProjectIsNotThere", {"project", "delete", "Nowhere"}, "keyward project create Nowhere"},
        Usage{"UserIsThere", {"user", "create", "alice"}, "already"},
        Usage{"UserIsNotThere", {"user", "delete", "nobody"}, "nobody"},
        Usage{"GrantToNobody", {"grant", "nobody", "MyProject", "SECRETS:USE"}, "keyward user create nobody"},
        Usage{"GrantInNoProject", {"grant", "alice", "Nowhere", "SECRETS:USE"}, "keyward project create"},
        Usage{"EnvironmentOutsideTheProject",
              {"grant", "alice", "MyProject", "SECRETS:USE", "--environments", "moon"},
              "moon"},
        Usage{"TokenForNobody", {"token", "create", "--user", "nobody"}, "keyward user create nobody"},
        Usage{"TokenIsNotThere", {"token", "revoke", "no-such-id"}, "keyward token list"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CommandLine, ConfigurationMistakesAreExitCodeTwoWithLineAndColumn) {
    const std::string path = home->folder().write("wrong.toml", "[http]\nport = 99999\n");
    const test::CommandResult outcome = test::run_command({keyward_binary(), "serve", "--config", path});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.errors.find("wrong.toml:2:"), std::string::npos) << outcome.errors;
}

TEST_F(CommandLine, AMissingConfigurationIsExitCodeTwo) {
    EXPECT_EQ(test::run_command({keyward_binary(), "serve", "--config", "/nowhere.toml"}).code, 2);
}

TEST_F(CommandLine, HelpAndVersionGoToStandardOutput) {
    for (const char* option : {"--help", "--version"}) {
        const test::CommandResult outcome = test::run_command({keyward_binary(), option});
        EXPECT_EQ(outcome.code, 0);
        EXPECT_NE(outcome.output, "");
        EXPECT_EQ(outcome.errors, "");
    }
}

TEST_F(CommandLine, ATokenAloneGoesToStandardOutput) {
    const test::CommandResult outcome =
        home->keyward({"token", "create", "--user", "alice", "--name", "ci", "--expires", "90d"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(outcome.output.starts_with("kw_"));
    EXPECT_EQ(outcome.output.size(), 52U);
    const json tokens = json::parse(home->must({"token", "list", "--json"}));
    EXPECT_EQ(tokens.back()["name"], "ci");
    EXPECT_EQ(tokens.dump().find(outcome.output.substr(0, 51)), std::string::npos);
}

TEST_F(CommandLine, RevokingIsAllOrNothing) {
    home->must({"user", "create", "bob"});
    home->must({"grant", "bob", "MyProject", "SECRETS:USE"});
    EXPECT_EQ(home->keyward({"grant", "bob", "MyProject", "SECRETS:USE", "SECRETS:MANAGE", "--revoke"}).code,
              1);
    EXPECT_EQ(home->keyward({"grant", "bob", "MyProject", "SECRETS:USE", "--revoke"}).code, 0);
    EXPECT_EQ(home->keyward({"grant", "bob", "MyProject", "SECRETS:USE", "--revoke"}).code, 1);
}

TEST_F(CommandLine, CheckTriesEveryEnvironmentAndLeavesNothing) {
    const test::CommandResult outcome = home->keyward({"check", "--json"});
    EXPECT_EQ(outcome.code, 0) << outcome.output << outcome.errors;
    const json results = json::parse(outcome.output);
    ASSERT_EQ(results.size(), 2U);
    for (const json& result : results) {
        EXPECT_TRUE(result["success"]);
        EXPECT_EQ(result["imports"].size(), 5U);
        for (const json& each : result["imports"])
            EXPECT_TRUE(each["success"]) << each;
    }
}

TEST_F(CommandLine, CheckWithLoginTriesThatEnvironmentAlone) {
    const test::CommandResult outcome = home->keyward({"check", "--json", "--login", "staging"});
    EXPECT_EQ(outcome.code, 0) << outcome.output << outcome.errors;
    const json results = json::parse(outcome.output);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0]["environment"], "staging");
}

TEST_F(CommandLine, CheckWithLoginNeedsAnEnvironmentThatIsThere) {
    EXPECT_EQ(home->keyward({"check", "--login", ""}).code, 2);
    const test::CommandResult outcome = home->keyward({"check", "--login", "nowhere"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.errors.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace keyward::e2e
