#include <charconv>
#include <iostream>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/client_text.hpp"
#include "cli/command.hpp"
#include "service/auth/api_token.hpp"

namespace keyward::cli {
namespace {

struct Options {
    std::string user;
    std::string name;
    std::string expires;
    std::string id;
    std::optional<std::chrono::minutes> lives;  ///< nothing: valid until it is revoked
    bool json = false;
};

/// Parses `90d`, `12h`, `30m`.
std::chrono::minutes lifetime(const std::string& text) {
    using namespace std::chrono_literals;
    int count = 0;
    const char* end = text.data() + text.size();
    const auto [unit, error] = std::from_chars(text.data(), end, count);
    const bool is_number = error == std::errc{} && count > 0 && count <= 100'000 && unit + 1 == end;
    if (is_number && *unit == 'd') return count * 24h;
    if (is_number && *unit == 'h') return count * 1h;
    if (is_number && *unit == 'm') return count * 1min;
    throw CLI::ValidationError(
        "--expires",
        "must be a number of days, hours or minutes, for example 90d, 12h or 30m, not " + shown_name(text));
}

int create(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    const User user = admin.user(options.user);
    std::optional<Instant> expires_at;
    if (options.lives) expires_at = system_now() + *options.lives;
    const SecretBytes token = service::make_api_token();
    const std::string id = admin.catalogue->access_tokens.create_api_token(
        user.id, options.name, service::hash_api_token(token.reveal_text()), expires_at,
        AdminContext::audit("token.create", "for " + options.user));
    std::cout << token.reveal_text() << "\n";
    std::cerr << "Token " << id << " of " << options.user << ", valid until "
              << (expires_at ? to_rfc3339(*expires_at) : "it is revoked") << ", is shown this once\n";
    return 0;
}

std::string state_of(const ApiToken& token) {
    if (token.revoked) return "revoked";
    if (!token.expires_at) return "valid";
    return (*token.expires_at <= system_now() ? "expired " : "valid until ") + to_rfc3339(*token.expires_at);
}

int list(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    auto json = nlohmann::ordered_json::array();
    for (const auto& token : admin.catalogue->access_tokens.api_tokens()) {
        if (options.json)
            json.push_back(
                {{"id", token.id},
                 {"user", token.user_name},
                 {"name", token.name},
                 {"createdAt", to_rfc3339(token.created_at)},
                 {"expiresAt",
                  token.expires_at ? nlohmann::ordered_json(to_rfc3339(*token.expires_at)) : nullptr},
                 {"revoked", token.revoked}});
        else
            std::cout << token.id << "  " << token.user_name << "  " << state_of(token) << "  " << token.name
                      << "\n";
    }
    if (options.json) std::cout << json.dump(2) << "\n";
    return 0;
}

int revoke(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    if (!admin.catalogue->access_tokens.revoke_api_token(options.id,
                                                         AdminContext::audit("token.revoke", options.id)))
        throw CommandFailed("there is no valid token " + shown_name(options.id) +
                            "; see: keyward token list");
    std::cout << "Token " << options.id << " revoked\n";
    return 0;
}

}  // namespace

void add_token(CLI::App& app, Invocation& invocation) {
    auto* token = app.add_subcommand("token", "Bearer tokens")->require_subcommand(1);
    const auto options = std::make_shared<Options>();

    auto* create_command =
        token->add_subcommand("create", "Create a token and print it, only this once, on standard output");
    create_command->add_option("--user", options->user, "The user that the token belongs to")->required();
    auto* name = create_command->add_option("--name", options->name, "What it is for");
    auto* expires = create_command->add_option(
        "--expires", options->expires,
        "How long it is valid, for example 90d, 12h or 30m; without this option, until it is revoked");
    create_command->callback([&invocation, options, name, expires] {
        if (*name) require_name(options->name, "--name");
        if (*expires) options->lives = lifetime(options->expires);
        invocation.run = [&, options] { return create(invocation.config, *options); };
    });

    auto* list_command = token->add_subcommand("list", "Show all tokens, but not their text");
    list_command->add_flag("--json", options->json, "As JSON");
    list_command->callback([&invocation, options] {
        invocation.run = [&, options] { return list(invocation.config, *options); };
    });

    auto* revoke_command = token->add_subcommand("revoke", "Revoke a token; takes effect at once");
    revoke_command->add_option("ID", options->id, "The token's ID, as token list shows it")->required();
    revoke_command->callback([&invocation, options] {
        invocation.run = [&, options] { return revoke(invocation.config, *options); };
    });
}

}  // namespace keyward::cli
