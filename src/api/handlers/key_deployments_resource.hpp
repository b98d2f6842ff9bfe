#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::api {

/// The routes of `…/keys/{keyName}/environments/{environmentName}/`: one key in one environment.
std::vector<Route> key_deployments_routes(const service::ServiceContext& service_context);

}  // namespace keyward::api
