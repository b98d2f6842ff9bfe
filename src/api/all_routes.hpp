#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/catalogue_health.hpp"
#include "service/login.hpp"
#include "service/repeats.hpp"
#include "service/use_key.hpp"
#include "service/workplace.hpp"

namespace keyward::api {

/// The whole routes table of the service. What `workplace` refers to, `login`, `use`, `repeats` and
/// `health` must outlive it.
std::vector<Route> all_routes(const service::Workplace& workplace, service::Login& login,
                              service::UseKey& use, service::Repeats& repeats,
                              const service::CatalogueHealth& health);

}  // namespace keyward::api
