#pragma once

#include <array>

#include <nlohmann/json.hpp>

#include "api/json/fields.hpp"
#include "base/client_text.hpp"
#include "domain/catalogue.hpp"
#include "domain/change.hpp"
#include "http/message.hpp"
#include "service/lifecycle/key_request.hpp"
#include "service/lifecycle/read_keys.hpp"

namespace keyward::api {

/// JSON with its members in the contract's order.
using OrderedJson = nlohmann::ordered_json;

/// The contract's Key. An `alias` that was never set is null, so that posting it back selects the default
/// again.
OrderedJson key_json(const Key& key);

/// The contract's answer to a create, `{"success": true, "deploymentResult": …}`.
OrderedJson deployment_json(const DeploymentReport& report);

/// A 200 with this body.
http::Response json_response(const OrderedJson& json);

/// `{"success": true, "resultList": […], "resultCount": n, …}` from keys that are already JSON, followed by
/// the members of `more`.
http::Response key_list(const std::vector<service::KeyText>& keys, const OrderedJson& more);

/// The parts of such a text: the start, up to the last of these keys, and the end, after the `],` that closes
/// the list.
std::string list_start(const std::vector<service::KeyText>& keys);
std::string list_end(std::size_t count, const OrderedJson& more);

/// `{"success": true, "resultList": […], "resultCount": n}`.
OrderedJson result_list(OrderedJson items);

/// Parameters about JWKs that older clients send in the query or the body. There are no JWKs, so they have no
/// effect.
inline const std::vector<std::string_view> about_jwks{"jwkUpdateAction", "jwkDeleteAction", "updateScope"};

/// Limits of the texts, in bytes.
inline constexpr TextRule name_rule{.min = 1, .max = longest_name};
inline constexpr TextRule description_rule{.min = 0, .max = 4096, .control_characters = true};
inline constexpr TextRule alias_rule = name_rule;

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
