#pragma once

#include <nlohmann/json.hpp>

#include "domain/catalogue.hpp"
#include "domain/deployment_report.hpp"
#include "http/message.hpp"
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

}  // namespace keyward::api
