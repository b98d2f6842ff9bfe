#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace keyward {

/// What a grant allows.
enum class Permission { manage, deploy_undeploy, use, admin };

/// The accepted names, old and new. Output uses the first name of each permission.
struct PermissionName {
    std::string_view name;
    Permission permission;
};
std::span<const PermissionName> permission_names();

std::string_view to_string(Permission permission);
std::optional<Permission> permission_from(std::string_view name);

}  // namespace keyward
