#pragma once

#include <array>

#include "api/json/fields.hpp"
#include "service/lifecycle/update_key.hpp"

namespace keyward::api {

/// What older clients send about JWKs, in the query or the body: there are none, so it does nothing.
inline const std::vector<std::string_view> about_jwks{"jwkUpdateAction", "jwkDeleteAction", "updateScope"};

/// Of the arrays in the bodies of a create and of an update.
inline constexpr ArrayLimit mechanisms_limit{"mechanisms", 1, 64};
inline constexpr ArrayLimit new_environments_limit{"cryptoKeyInfoEnvironmentList", 1, 32};
inline constexpr ArrayLimit changed_environments_limit{"cryptoKeyInfoEnvironmentList", 0, 32};
inline constexpr std::array create_limits{new_environments_limit, mechanisms_limit};
inline constexpr std::array update_limits{changed_environments_limit, mechanisms_limit};

/// Each reads the body of one call on a key. What is wrong with it stands in `mistakes` afterwards.
service::CreateKeyRequest read_create_key(Json& body, Mistakes& mistakes);
service::UpdateKeyRequest read_update_key(Json& body, Mistakes& mistakes);
/// Adding or replacing one environment, which the path names.
service::UpdateKeyRequest read_environment(Json& body, const std::string& environment, Mistakes& mistakes);
/// A body that a DELETE may have: it says nothing that we act on.
void read_removal(Json& body, Mistakes& mistakes);

}  // namespace keyward::api
