#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "domain/permissions.hpp"

namespace keyward::cli {
namespace {

struct Options {
    std::string user;
    std::string project;
    std::vector<std::string> permissions;
    std::string environment_list;
    std::optional<std::vector<std::string>> environments;  ///< nothing: all of the project's
    bool revoke = false;
    bool admin = false;
};

std::string known_permissions() {
    std::string text;
    for (const auto& row : permission_names)
        if (row.permission != Permission::admin) append_item(text, row.name);
    return text;
}

void require_environments_of(const Project& project, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::ranges::find(project.environments, name) == project.environments.end())
            throw CommandFailed("project " + project.name + " has no environment " + name);
}

std::vector<Grant> grants_of(const Options& options, const AdminContext& admin) {
    if (options.admin) return {{.project_id = "", .permission = Permission::admin}};
    const Project project = admin.project(options.project);
    std::set<std::string> environments;
    if (options.environments) {
        require_environments_of(project, *options.environments);
        environments = {options.environments->begin(), options.environments->end()};
    }
    std::vector<Grant> grants;
    for (const std::string& name : options.permissions)
        grants.push_back(
            {.project_id = project.id, .permission = *permission_from(name), .environments = environments});
    return grants;
}

void check_permissions(const std::vector<std::string>& names) {
    std::set<Permission> permissions;
    for (const std::string& name : names) {
        const auto permission = permission_from(name);
        if (!permission)
            throw CLI::ValidationError("PERMISSION",
                                       name + " is not a permission; choose from " + known_permissions());
        if (permission == Permission::admin)
            throw CLI::ValidationError("PERMISSION",
                                       name +
                                           " applies to every project and environment and can't be limited "
                                           "to one; use --admin instead of PROJECT and PERMISSION");
        if (!permissions.insert(*permission).second)
            throw CLI::ValidationError("PERMISSION", name + " is named more than once");
    }
}

void check(Options& options, bool is_limited) {
    if (!options.admin && (options.project.empty() || options.permissions.empty()))
        throw CLI::ValidationError("grant", "needs a PROJECT and at least one PERMISSION, or --admin");
    if (options.admin && !options.project.empty())
        throw CLI::ValidationError("--admin", "applies to every project; leave out PROJECT and PERMISSION");
    if (options.admin && is_limited)
        throw CLI::ValidationError("--admin", "applies to every environment; leave out --environments");
    check_permissions(options.permissions);
    if (is_limited) options.environments = comma_separated(options.environment_list, "--environments");
}

/// Where a grant applies, in words for the operator.
std::string place_of(const Grant& grant, const Options& options) {
    if (grant.project_id.empty()) return "in every project";
    return "in project " + options.project + ", " +
           (grant.environments.empty() ? "all environments" : "environments " + joined(grant.environments));
}

bool holds(const std::vector<Grant>& held, const Grant& wanted) {
    return std::ranges::any_of(held, [&](const Grant& each) {
        return each.project_id == wanted.project_id && each.permission == wanted.permission &&
               (each.environments.empty() || std::ranges::includes(each.environments, wanted.environments));
    });
}

/// Checks before any grant is revoked, so that all are revoked or none.
void refuse_what_is_not_held(const AdminContext& admin, const User& user, const std::vector<Grant>& grants) {
    const auto held = admin.catalogue->users.grants_of(user.id);
    for (const Grant& grant : grants)
        if (!holds(held, grant))
            throw CommandFailed("user " + user.name + " does not hold " +
                                std::string(to_string(grant.permission)) + " there; nothing was revoked");
}

/// Refuses a limited grant when the user already holds the permission without limits: the limit would have no
/// effect.
void refuse_what_is_held_everywhere(const AdminContext& admin, const User& user,
                                    const std::vector<Grant>& grants) {
    for (const Grant& held : admin.catalogue->users.grants_of(user.id))
        for (const Grant& grant : grants)
            if (held.project_id == grant.project_id && held.permission == grant.permission &&
                held.environments.empty() && !grant.environments.empty())
                throw CommandFailed("user " + user.name + " already holds " +
                                    std::string(to_string(grant.permission)) +
                                    " in all environments of the project; nothing was granted. To limit it, "
                                    "revoke it in the others with --revoke --environments");
}

int run(const std::string& config, const Options& options) {
    const AdminContext admin(config);
    const User user = admin.user(options.user);
    const auto grants = grants_of(options, admin);
    if (options.revoke)
        refuse_what_is_not_held(admin, user, grants);
    else
        refuse_what_is_held_everywhere(admin, user, grants);
    for (const Grant& grant : grants) {
        const std::string permission{to_string(grant.permission)};
        AuditRecord audit = AdminContext::audit(options.revoke ? "grant.revoke" : "grant.add",
                                                options.user + " " + permission);
        audit.project = options.project;
        audit.environments.assign(grant.environments.begin(), grant.environments.end());
        if (!options.revoke)
            admin.catalogue->users.add_grant(user.id, grant, audit);
        else if (!admin.catalogue->users.revoke_grant(user.id, grant, audit))
            throw CommandFailed("user " + options.user + " no longer holds " + permission);
        std::cout << permission << (options.revoke ? " taken from " : " given to ") << options.user << " "
                  << place_of(grant, options) << "\n";
    }
    return 0;
}

}  // namespace

void add_grant(CLI::App& app, Invocation& invocation) {
    auto* grant = app.add_subcommand("grant", "Grant permissions to a user, or revoke them");
    const auto options = std::make_shared<Options>();
    grant->add_option("USER", options->user, "The user's name")->required();
    grant->add_option("PROJECT", options->project, "The project's name");
    grant->add_option("PERMISSION", options->permissions, known_permissions());
    auto* environments =
        grant->add_option("--environments", options->environment_list,
                          "Only in these, for example staging,production; without this option, in all");
    grant->add_flag("--revoke", options->revoke, "Revoke instead of granting");
    grant->add_flag("--admin", options->admin,
                    "Make the user an administrator, who manages every project but uses no key");
    grant->callback([&invocation, options, environments] {
        check(*options, bool(*environments));
        invocation.run = [&, options] { return run(invocation.config, *options); };
    });
}

}  // namespace keyward::cli
