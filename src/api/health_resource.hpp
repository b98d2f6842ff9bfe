#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/catalogue_health.hpp"
#include "service/environments.hpp"

namespace keyward::api {

/// `/health/live` and `/health/ready`. Neither asks a token or the catalogue anything, so neither ever
/// waits for one.
std::vector<Route> health_routes(const service::Environments& environments,
                                 const service::CatalogueHealth& catalogue);

}  // namespace keyward::api
