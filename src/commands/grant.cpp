#include <algorithm>
#include <iostream>
#include <memory>

#include "commands/command.hpp"
#include "service/permissions.hpp"

namespace keyward::commands {
namespace {

using service::Permission;

struct Options {
    std::string user;
    std::string project;
    std::vector<std::string> permissions;
    std::string environments;
    bool revoke = false;
    bool admin = false;
};

std::string known_permissions() {
    std::string text;
    for (const auto& row : service::permission_names())
        text += (text.empty() ? "" : ", ") + std::string(row.name);
    return text;
}

std::set<std::string> environments_of(const Options& options, const service::Project& project) {
    if (options.environments.empty()) return {};
    const auto names = comma_separated(options.environments, "--environments");
    for (const std::string& name : names)
        if (std::ranges::find(project.environments, name) == project.environments.end())
            throw CommandFailed("project " + project.name + " has no environment " + name);
    return {names.begin(), names.end()};
}

std::vector<service::Grant> grants_of(const Options& options, const Desk& desk) {
    if (options.admin) return {{"", Permission::admin, {}}};
    const service::Project project = desk.project(options.project);
    const auto environments = environments_of(options, project);
    std::vector<service::Grant> grants;
    for (const std::string& name : options.permissions) {
        const Permission permission = *service::permission_from(name);
        // An administrator is one of everything, whichever of the two ways it was said.
        grants.push_back(permission == Permission::admin
                             ? service::Grant{"", permission, {}}
                             : service::Grant{project.id, permission, environments});
    }
    return grants;
}

void check(const Options& options) {
    if (!options.admin && (options.project.empty() || options.permissions.empty()))
        throw CLI::ValidationError("grant", "needs a PROJECT and at least one PERMISSION, or --admin");
    if (options.admin && !options.project.empty())
        throw CLI::ValidationError("--admin", "holds in every project; leave PROJECT and PERMISSION out");
    for (const std::string& name : options.permissions)
        if (!service::permission_from(name))
            throw CLI::ValidationError("PERMISSION", name + " is none; choose from " + known_permissions());
}

bool holds(const std::vector<service::Grant>& held, const service::Grant& wanted) {
    return std::ranges::any_of(held, [&](const service::Grant& each) {
        return each.project_id == wanted.project_id && each.permission == wanted.permission &&
               (each.environments.empty() || std::ranges::includes(each.environments, wanted.environments));
    });
}

/// Before anything is taken, so that it is all or nothing.
void refuse_what_is_not_held(const Desk& desk, const service::User& user,
                             const std::vector<service::Grant>& grants) {
    const auto held = desk.catalogue->grants_of(user.id);
    for (const service::Grant& grant : grants)
        if (!holds(held, grant))
            throw CommandFailed("user " + user.name + " does not hold " +
                                std::string(to_string(grant.permission)) + " there; nothing was taken");
}

int run(const std::string& config, const Options& options) {
    const Desk desk(config);
    const service::User user = desk.user(options.user);
    const auto grants = grants_of(options, desk);
    if (options.revoke) refuse_what_is_not_held(desk, user, grants);
    for (const service::Grant& grant : grants) {
        const std::string permission{to_string(grant.permission)};
        service::AuditRecord audit =
            Desk::audit(options.revoke ? "grant.revoke" : "grant.add", options.user + " " + permission);
        audit.project = options.project;
        audit.environments.assign(grant.environments.begin(), grant.environments.end());
        if (!options.revoke)
            desk.catalogue->add_grant(user.id, grant, audit);
        else if (!desk.catalogue->revoke_grant(user.id, grant, audit))
            throw CommandFailed("user " + options.user + " no longer holds " + permission);
        std::cout << permission << (options.revoke ? " taken from " : " given to ") << options.user << "\n";
    }
    return 0;
}

}  // namespace

void add_grant(CLI::App& app, Invocation& invocation) {
    auto* grant = app.add_subcommand("grant", "Give a user permissions, or take them away");
    const auto options = std::make_shared<Options>();
    grant->add_option("USER", options->user, "The user's name")->required();
    grant->add_option("PROJECT", options->project, "The project's name");
    grant->add_option("PERMISSION", options->permissions, known_permissions());
    grant->add_option("--environments", options->environments, "Only for these, as staging,production");
    grant->add_flag("--revoke", options->revoke, "Take away instead");
    grant->add_flag("--admin", options->admin,
                    "Make the user an administrator, who manages every project but uses no key");
    grant->callback([&invocation, options] {
        check(*options);
        invocation.run = [&, options] { return run(invocation.config, *options); };
    });
}

}  // namespace keyward::commands
