#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/support/files.hpp"

namespace keyward::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

/// Puts another buffer into a standard stream while it lives.
class Swapped {
  public:
    Swapped(std::ios& stream, std::stringbuf& buffer) : stream_(stream), before_(stream.rdbuf(&buffer)) {}
    Swapped(const Swapped&) = delete;
    Swapped& operator=(const Swapped&) = delete;
    ~Swapped() { stream_.rdbuf(before_); }

  private:
    std::ios& stream_;
    std::streambuf* before_;
};

struct Outcome {
    int code = -1;
    std::string output;
    std::string errors;
};

Outcome run(Words words, const std::string& input = {}) {
    words.insert(words.begin(), "keyward");
    std::vector<const char*> pointers;
    for (const std::string& word : words)
        pointers.push_back(word.c_str());
    std::stringbuf in(input);
    std::stringbuf out;
    std::stringbuf err;
    Outcome outcome;
    {
        const Swapped input_stream(std::cin, in);
        std::cin.clear();
        const Swapped output_stream(std::cout, out);
        const Swapped error_stream(std::cerr, err);
        outcome.code = run_command_line("1.0", static_cast<int>(pointers.size()), pointers.data());
    }
    outcome.output = out.str();
    outcome.errors = err.str();
    return outcome;
}

/// Every command that does something, with the words that call it.
struct Leaf {
    Words path;
    const CLI::App* command;
};
void add_leaves(const CLI::App& command, const Words& path, std::vector<Leaf>& leaves) {
    const auto subcommands = command.get_subcommands([](const CLI::App*) { return true; });
    if (subcommands.empty()) leaves.push_back({path, &command});
    for (const CLI::App* subcommand : subcommands) {
        Words longer = path;
        longer.push_back(subcommand->get_name());
        add_leaves(*subcommand, longer, leaves);
    }
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

/// A call of the command in which every positional, every required option and this option have a value.
Words call_with(const Leaf& leaf, const CLI::Option& tested, const std::string& value) {
    Words words = leaf.path;
    for (const CLI::Option* option : leaf.command->get_options({})) {
        if (!takes_value(*option) ||
            (!option->get_positional() && !option->get_required() && option != &tested))
            continue;
        if (!option->get_positional()) words.push_back(option->get_name());
        words.push_back(option == &tested ? value : "value");
    }
    return words;
}

TEST(CommandLine, EveryOptionAndPositionalOfEveryCommandRefusesAnEmptyValue) {
    CLI::App app;
    Invocation invocation;
    add_commands(app, invocation);
    std::vector<Leaf> leaves;
    add_leaves(app, {}, leaves);
    std::vector<std::string> tested;
    for (const Leaf& leaf : leaves)
        for (const CLI::Option* option : leaf.command->get_options({})) {
            if (!takes_value(*option)) continue;
            for (const char* empty : {"", " ", "\t", "\n"}) {
                const Words words = call_with(leaf, *option, empty);
                const Outcome outcome = run(words);
                EXPECT_EQ(outcome.code, 2) << testing::PrintToString(words);
                EXPECT_EQ(outcome.errors, "keyward: " + option->get_name() +
                                              ": must not be empty; give it a value or leave it out (see: "
                                              "keyward --help)\n")
                    << testing::PrintToString(words);
            }
            tested.push_back(leaf.path.back() + " " + option->get_name());
        }
    EXPECT_THAT(tested,
                testing::IsSupersetOf({"create NAME", "create --environments", "create --user",
                                       "create --name", "create --expires", "grant USER", "grant PROJECT",
                                       "grant PERMISSION", "grant --environments", "revoke ID", "delete NAME",
                                       "reconcile --environment", "reconcile --accept-token"}));
}

TEST(CommandLine, EveryCommandRefusesAnEmptyConfigurationName) {
    CLI::App app;
    Invocation invocation;
    add_commands(app, invocation);
    std::vector<Leaf> leaves;
    add_leaves(app, {}, leaves);
    for (Leaf& leaf : leaves) {
        leaf.path.insert(leaf.path.end(), {"--config", ""});
        EXPECT_EQ(run(leaf.path).code, 2) << testing::PrintToString(leaf.path);
    }
    setenv("KEYWARD_CONFIG", "", 1);
    const Outcome outcome = run({"serve"});
    unsetenv("KEYWARD_CONFIG");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("KEYWARD_CONFIG: must not be empty"));
}

struct Usage {
    const char* name;
    Words words;
    const char* text;
};
void PrintTo(const Usage& usage, std::ostream* out) {
    *out << usage.name;
}

class WrongUsage : public testing::TestWithParam<Usage> {};

TEST_P(WrongUsage, IsExitCodeTwoWithOneLineThatSaysWhatToDo) {
    const Outcome outcome = run(GetParam().words);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(GetParam().text));
    EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongUsage,
    testing::Values(
        Usage{"NoWord", {""}, "keyward"}, Usage{"AWordTooMany", {"serve", ""}, "not expected"},
        Usage{"AnOptionThatTakesTheNextWord",
              {"grant", "u", "P", "--environments=", "SECRETS:USE"},
              "--environments: must not be empty"},
        Usage{"ExpiresWithoutValue",
              {"token", "create", "--user", "u", "--expires="},
              "--expires: must not be empty"},
        Usage{"AFlagWithoutValue", {"grant", "u", "--admin="}, "--admin: must not be empty"},
        Usage{"AdminRoleInAProject", {"grant", "u", "P", "ROLE_ADMIN"}, "--admin"},
        Usage{"AdminRoleInAnEnvironment",
              {"grant", "u", "P", "ROLE_ADMIN", "--environments", "staging"},
              "--admin"},
        Usage{"AdminRoleBesideAnother", {"grant", "u", "P", "SECRETS:USE", "ROLE_ADMIN"}, "--admin"},
        Usage{"AdminRoleTaken", {"grant", "u", "P", "ROLE_ADMIN", "--revoke"}, "--admin"},
        Usage{"AdminRoleWithoutProject", {"grant", "u", "ROLE_ADMIN"}, "--admin"},
        Usage{"AdminInAnEnvironment",
              {"grant", "u", "--admin", "--environments", "staging"},
              "leave out --environments"},
        Usage{"AdminInAProject", {"grant", "u", "P", "--admin"}, "leave out PROJECT"},
        Usage{"PermissionTwice", {"grant", "u", "P", "SECRETS:USE", "SECRETS:USE"}, "more than once"},
        Usage{"PermissionByBothNames",
              {"grant", "u", "P", "SECRETS:MANAGE", "ROLE_API_SECURITY"},
              "more than once"},
        Usage{"EmptyPart", {"grant", "u", "P", "SECRETS:USE", "--environments", "a,,b"}, "empty name"},
        Usage{"EmptyLastPart", {"grant", "u", "P", "SECRETS:USE", "--environments", "a,"}, "empty name"},
        Usage{"EmptyFirstPart", {"grant", "u", "P", "SECRETS:USE", "--environments", ",a"}, "empty name"},
        Usage{"OnlyAComma", {"project", "create", "P", "--environments", ","}, "empty name"},
        Usage{"BlankPart", {"project", "create", "P", "--environments", "a, ,b"}, "space before or after"},
        Usage{"SpaceAfterAComma",
              {"project", "create", "P", "--environments", "a, b"},
              "space before or after"},
        Usage{"PartTwice", {"grant", "u", "P", "SECRETS:USE", "--environments", "a,a"}, "more than once"},
        Usage{"OptionTwice",
              {"grant", "u", "P", "SECRETS:USE", "--environments", "a", "--environments", "b"},
              "--environments"},
        Usage{
            "EnvironmentTwice", {"reconcile", "--environment", "a", "--environment", "a"}, "more than once"},
        Usage{"AcceptedTwice", {"reconcile", "--accept-token", "a", "--accept-token", "a"}, "more than once"},
        Usage{"AdoptOfAnEmptyId", {"reconcile", "--adopt", ""}, "--adopt: must not be empty"},
        Usage{"AdoptOfNoId", {"reconcile", "--adopt="}, "--adopt: must not be empty"},
        Usage{"AdoptedTwice", {"reconcile", "--adopt", "a", "--adopt", "a"}, "more than once"},
        Usage{"GivenUpTwice", {"reconcile", "--give-up", "a", "--give-up", "a"}, "more than once"},
        Usage{"EmptyAmongEnvironments",
              {"reconcile", "--environment", "a", ""},
              "--environment: must not be empty"},
        Usage{"UserWithSpaceAround", {"user", "create", "alice "}, "space"},
        Usage{"UserWithALineBreak", {"user", "create", "alice\n"}, "control characters"},
        Usage{"ProjectWithSpaceAround", {"project", "create", " P", "--environments", "a"}, "space"},
        Usage{"TokenNameWithSpaceAround", {"token", "create", "--user", "u", "--name", " n"}, "space"},
        Usage{"ExpiresWithoutUnit", {"token", "create", "--user", "u", "--expires", "90"}, "90d"},
        Usage{"ExpiresWithSpace", {"token", "create", "--user", "u", "--expires", " 90d"}, "90d"},
        Usage{"ExpiresInThePast", {"token", "create", "--user", "u", "--expires=-1d"}, "90d"}),
    [](const auto& test) { return test.param.name; });

/// A configuration with the environments production and staging, and a catalogue with alice and MyProject.
class CommandWork : public testing::Test {
  public:
    CommandWork() {
        folder_.write("keyward.toml", "[catalogue]\nurl = \"sqlite://" + folder_.file("keyward.db") +
                                          "\"\n[policy]\nrequest_fingerprint_secret_file = \"" +
                                          folder_.file("idempotency.key") + "\"\n" +
                                          environment("production") + environment("staging"));
        work({"project", "create", "MyProject", "--environments", "production,staging"});
        work({"user", "create", "alice"});
    }

  protected:
    static std::string environment(const std::string& name) {
        return "[[environment]]\nname = \"" + name +
               "\"\ntype = \"TEST\"\nmodule = \"/usr/lib/softhsm/libsofthsm2.so\"\ntoken_label = \"" + name +
               "\"\npin_source = \"file:/nowhere/pin\"\n";
    }
    Outcome work(Words words, const std::string& input = {}) {
        words.insert(words.end(), {"--config", folder_.file("keyward.toml")});
        return run(words, input);
    }
    std::string failure_of(const Words& words) {
        try {
            work(words);
        } catch (const CommandFailed& failed) {
            return failed.what();
        }
        return "nothing failed";
    }
    std::vector<Grant> grants() {
        const auto catalogue = storage::open_catalogue("sqlite://" + folder_.file("keyward.db"), 1);
        return catalogue->users.grants_of(catalogue->users.find_user("alice")->id);
    }

    test::TemporaryFolder folder_;
};

TEST_F(CommandWork, AGrantSaysWhereItHolds) {
    EXPECT_EQ(work({"grant", "alice", "MyProject", "SECRETS:USE", "--environments", "staging"}).output,
              "SECRETS:USE given to alice in project MyProject, environments staging\n");
    EXPECT_EQ(work({"grant", "alice", "MyProject", "SECRETS:MANAGE"}).output,
              "SECRETS:MANAGE given to alice in project MyProject, all environments\n");
    EXPECT_EQ(work({"grant", "alice", "--admin"}).output, "ROLE_ADMIN given to alice in every project\n");
    EXPECT_EQ(work({"grant", "alice", "--admin", "--revoke"}).output,
              "ROLE_ADMIN taken from alice in every project\n");
}

TEST_F(CommandWork, AGrantOfSomeEnvironmentsIsRefusedWhereAllAreHeld) {
    work({"grant", "alice", "MyProject", "SECRETS:USE"});
    EXPECT_THAT(failure_of({"grant", "alice", "MyProject", "SECRETS:MANAGE", "SECRETS:USE", "--environments",
                            "staging"}),
                HasSubstr("holds SECRETS:USE in all environments"));
    ASSERT_EQ(grants().size(), 1U) << "nothing was granted";
    work({"grant", "alice", "MyProject", "SECRETS:USE", "--revoke", "--environments", "production"});
    ASSERT_EQ(grants().size(), 1U);
    EXPECT_THAT(grants()[0].environments, ElementsAre("staging"));
}

TEST_F(CommandWork, WrongUsageGivesNothing) {
    for (const Words& options :
         {Words{"--environments", ""}, Words{"--environments="}, Words{"--environments", "staging,"}}) {
        Words words{"grant", "alice", "MyProject", "SECRETS:USE"};
        words.insert(words.end(), options.begin(), options.end());
        EXPECT_EQ(work(words).code, 2);
    }
    EXPECT_EQ(work({"grant", "alice", "MyProject", "ROLE_ADMIN", "--environments", "staging"}).code, 2);
    EXPECT_TRUE(grants().empty());
}

TEST_F(CommandWork, APasswordOfNothingMakesNoUser) {
    for (const char* input : {"", "\n", "\nsecond line that is long enough\n"}) {
        const Outcome outcome = work({"user", "create", "bob", "--password-stdin"}, input);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_THAT(outcome.errors, HasSubstr("found no password"));
    }
    EXPECT_EQ(work({"user", "list"}).output, "alice\n");
}

TEST_F(CommandWork, ATokenSaysHowLongItIsValid) {
    EXPECT_THAT(work({"token", "create", "--user", "alice"}).errors, HasSubstr("valid until it is revoked"));
    EXPECT_THAT(work({"token", "create", "--user", "alice", "--expires", "90d"}).errors,
                HasSubstr("valid until 20"));
}

}  // namespace
}  // namespace keyward::cli
