#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/environments.hpp"

namespace keyward::api {

/// Which environments there are, of a project and of the whole configuration. No token is asked anything, so
/// neither call ever waits for one.
std::vector<Route> environments_routes(const service::Environments& environments);

}  // namespace keyward::api
