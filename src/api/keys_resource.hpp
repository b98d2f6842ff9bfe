#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/create_key.hpp"

namespace keyward::api {

/// The routes under `/apiops/projects/{projectName}/keys/`.
std::vector<Route> keys_routes(service::Workplace workplace);

}  // namespace keyward::api
