#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/operations/use_key.hpp"

namespace keyward::api {

/// `POST …/keys/{keyName}/environments/{environmentName}/` `encrypt/`, `decrypt/`, `sign/`, `verify/` and
/// `certificate-request/`. What `service_context` refers to, and `use`, must outlive them.
std::vector<Route> use_routes(const service::ServiceContext& service_context, service::UseKey& use);

}  // namespace keyward::api
