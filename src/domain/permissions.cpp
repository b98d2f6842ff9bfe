#include "domain/permissions.hpp"

#include <algorithm>
#include <array>

namespace keyward {
namespace {

constexpr std::array names{
    PermissionName{"SECRETS:MANAGE", Permission::manage},
    PermissionName{"ROLE_API_SECURITY", Permission::manage},
    PermissionName{"SECRETS:DEPLOY_UNDEPLOY", Permission::deploy_undeploy},
    PermissionName{"ROLE_DEPLOY_UNDEPLOY_PROXIES", Permission::deploy_undeploy},
    PermissionName{"SECRETS:USE", Permission::use},
    PermissionName{"ROLE_ADMIN", Permission::admin},
};

}  // namespace

std::span<const PermissionName> permission_names() {
    return names;
}

std::string_view to_string(Permission permission) {
    return std::find_if(names.begin(), names.end(),
                        [&](const auto& row) { return row.permission == permission; })
        ->name;
}

std::optional<Permission> permission_from(std::string_view name) {
    const auto row =
        std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.name == name; });
    if (row == names.end()) return std::nullopt;
    return row->permission;
}

}  // namespace keyward
