#pragma once

#include <memory>
#include <vector>

#include "api/routes.hpp"
#include "service/lifecycle/read_keys.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::api {

/// The routes of `/apiops/projects/{projectName}/keys/`: creating and listing.
std::vector<Route> keys_routes(const service::ServiceContext& service_context,
                               const std::shared_ptr<service::ReadKeys>& reader);

}  // namespace keyward::api
