#pragma once

#include <array>

#include "api/json/fields.hpp"
#include "service/lifecycle/update_key.hpp"

namespace keyward::api {

/// Parameters about JWKs that older clients send in the query or the body. There are no JWKs, so they have no
/// effect.
inline const std::vector<std::string_view> about_jwks{"jwkUpdateAction", "jwkDeleteAction", "updateScope"};

/// Limits of the arrays in the bodies of a create and of an update.
inline constexpr ArrayLimit mechanisms_limit{"mechanisms", 1, 64};
inline constexpr ArrayLimit new_environments_limit{"cryptoKeyInfoEnvironmentList", 1, 32};
inline constexpr ArrayLimit changed_environments_limit{"cryptoKeyInfoEnvironmentList", 0, 32};
inline constexpr std::array create_limits{new_environments_limit, mechanisms_limit};
inline constexpr std::array update_limits{changed_environments_limit, mechanisms_limit};

/// Each reads the body of one call on a key and adds its errors to `mistakes`.
service::CreateKeyRequest read_create_key(Json& body, Mistakes& mistakes);
service::UpdateKeyRequest read_update_key(Json& body, Mistakes& mistakes);
/// Adds or replaces one environment, which the path names.
service::UpdateKeyRequest read_environment(Json& body, const std::string& environment, Mistakes& mistakes);
/// Reads the optional body of a DELETE, which has no effect.
void read_removal(Json& body, Mistakes& mistakes);

}  // namespace keyward::api
