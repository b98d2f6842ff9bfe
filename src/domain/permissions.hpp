#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace keyward {

/// What a grant allows.
enum class Permission { manage, deploy_undeploy, use, admin };

struct PermissionName {
    std::string_view name;
    Permission permission;
};

/// The accepted names, old and new. Output uses the first name of each permission.
inline constexpr std::array permission_names{
    PermissionName{"SECRETS:MANAGE", Permission::manage},
    PermissionName{"ROLE_API_SECURITY", Permission::manage},
    PermissionName{"SECRETS:DEPLOY_UNDEPLOY", Permission::deploy_undeploy},
    PermissionName{"ROLE_DEPLOY_UNDEPLOY_PROXIES", Permission::deploy_undeploy},
    PermissionName{"SECRETS:USE", Permission::use},
    PermissionName{"ROLE_ADMIN", Permission::admin},
};

inline std::string_view to_string(Permission permission) {
    return std::find_if(permission_names.begin(), permission_names.end(),
                        [&](const auto& row) { return row.permission == permission; })
        ->name;
}

inline std::optional<Permission> permission_from(std::string_view name) {
    const auto row = std::find_if(permission_names.begin(), permission_names.end(),
                                  [&](const auto& each) { return each.name == name; });
    if (row == permission_names.end()) return std::nullopt;
    return row->permission;
}

}  // namespace keyward
