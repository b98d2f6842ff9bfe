#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/auth/login.hpp"
#include "service/idempotency/idempotent_requests.hpp"
#include "service/operations/use_key.hpp"
#include "service/runtime/catalogue_health.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::api {

/// Every route of the service, one row of a table each. What `service_context` refers to, `login`, `use`,
/// `repeats` and `health` must outlive it.
std::vector<Route> all_routes(const service::ServiceContext& service_context, service::Login& login,
                              service::UseKey& use, service::IdempotentRequests& repeats,
                              const service::CatalogueHealth& health);

}  // namespace keyward::api
