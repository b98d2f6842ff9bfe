#pragma once

#include <vector>

#include "api/routes.hpp"
#include "service/auth/login.hpp"

namespace keyward::api {

/// `POST /apiops/auth/token`: OAuth's client credentials (RFC 6749 section 4.4) for a bearer token.
std::vector<Route> auth_routes(service::Login& login);

}  // namespace keyward::api
