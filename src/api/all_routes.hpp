#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/create_key.hpp"

namespace keyward::api {

/// The whole routes table of the service. What `workplace` refers to must outlive it.
std::vector<Route> all_routes(const service::Workplace& workplace);

}  // namespace keyward::api
