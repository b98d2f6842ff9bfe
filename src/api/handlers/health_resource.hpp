#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/runtime/catalogue_health.hpp"
#include "service/runtime/environments.hpp"

namespace keyward::api {

/// `/health/live` and `/health/ready`. Neither asks a token or the catalogue anything, so neither ever
/// waits for one.
std::vector<Route> health_routes(const service::Environments& environments,
                                 const service::CatalogueHealth& catalogue);

}  // namespace keyward::api
