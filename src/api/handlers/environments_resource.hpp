#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::api {

/// Which environments there are, of a project and of the whole configuration, and which mechanisms the token
/// of one offers. Only the last asks a token, so only that can wait for one. What `service_context` refers to
/// must outlive them.
std::vector<Route> environments_routes(const service::ServiceContext& service_context);

}  // namespace keyward::api
