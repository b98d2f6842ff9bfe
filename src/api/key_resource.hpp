#pragma once

#include <memory>
#include <vector>

#include "api/routes.hpp"
#include "service/read_keys.hpp"
#include "service/workplace.hpp"

namespace keyward::api {

/// The routes of `/apiops/projects/{projectName}/keys/{keyName}/`: one key.
std::vector<Route> key_routes(const service::Workplace& workplace,
                              const std::shared_ptr<service::ReadKeys>& reader);

}  // namespace keyward::api
