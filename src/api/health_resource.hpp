#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/environments.hpp"

namespace keyward::api {

/// `/health/live` and `/health/ready`. Neither asks a token anything, so neither ever waits for one.
std::vector<Route> health_routes(const service::Environments& environments, service::Catalogue& catalogue);

}  // namespace keyward::api
