#pragma once

#include <vector>

#include "api/routes.hpp"

namespace keyward::api {

/// `/openapi.yaml`: docs/openapi.yaml, built into the program.
std::vector<Route> openapi_routes();

}  // namespace keyward::api
