#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/limits.hpp"
#include "crypto/password.hpp"

namespace keyward::cli {
namespace {

struct Options {
    std::string name;
    bool password_stdin = false;
    bool json = false;
};

std::string password_hash_from_stdin() {
    std::string line;
    std::getline(std::cin, line);
    const SecretBytes password = SecretBytes::take(line);
    if (password.size() == 0)
        throw CLI::ValidationError("--password-stdin",
                                   "found no password in the first line of standard input");
    if (password.size() < shortest_password)
        throw CommandFailed("the password on standard input must have at least " +
                            std::to_string(shortest_password) + " bytes");
    return hash_password(password);
}

int create(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    const std::string hash = options.password_stdin ? password_hash_from_stdin() : std::string{};
    if (!admin.catalogue->users.create_user(options.name, hash,
                                            AdminContext::audit("user.create", options.name)))
        throw CommandFailed("user " + options.name + " already exists");
    std::cout << "User " << options.name << " created\n";
    return 0;
}

int list(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    auto json = nlohmann::ordered_json::array();
    for (const auto& user : admin.catalogue->users.all_users()) {
        if (options.json)
            json.push_back({{"id", user.id}, {"name", user.name}});
        else
            std::cout << user.name << "\n";
    }
    if (options.json) std::cout << json.dump(2) << "\n";
    return 0;
}

int remove(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    if (!admin.catalogue->users.delete_user(options.name, AdminContext::audit("user.delete", options.name)))
        throw CommandFailed("there is no user " + options.name);
    std::cout << "User " << options.name << " deleted, with its grants and tokens\n";
    return 0;
}

}  // namespace

void add_user(CLI::App& app, Invocation& invocation) {
    auto* user = app.add_subcommand("user", "Users")->require_subcommand(1);
    const auto options = std::make_shared<Options>();

    auto* create_command = user->add_subcommand("create", "Create a user");
    create_command->add_option("NAME", options->name, "The user's name")->required();
    create_command->add_flag("--password-stdin", options->password_stdin,
                             "Read a password from standard input");
    create_command->callback([&invocation, options] {
        require_name(options->name, "NAME");
        invocation.run = [&, options] { return create(invocation.config, *options); };
    });

    auto* list_command = user->add_subcommand("list", "Show all users");
    list_command->add_flag("--json", options->json, "As JSON");
    list_command->callback([&invocation, options] {
        invocation.run = [&, options] { return list(invocation.config, *options); };
    });

    auto* delete_command = user->add_subcommand("delete", "Delete a user, with its grants and tokens");
    delete_command->add_option("NAME", options->name, "The user's name")->required();
    delete_command->callback([&invocation, options] {
        invocation.run = [&, options] { return remove(invocation.config, *options); };
    });
}

}  // namespace keyward::cli
