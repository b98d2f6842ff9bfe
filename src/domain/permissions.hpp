#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace keyward {

/// What a grant allows. `any_grant` on a route means that one of them is enough, whichever.
enum class Permission { manage, deploy_undeploy, use, admin };

/// The names a person may write, old and new; the first of each permission is the one we print.
struct PermissionName {
    std::string_view name;
    Permission permission;
};
std::span<const PermissionName> permission_names();

std::string_view to_string(Permission permission);
std::optional<Permission> permission_from(std::string_view name);

}  // namespace keyward
