#pragma once

#include <string>

#include "service/auth/access.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Null when the caller may not use keys there, whether the environment exists or not.
Environment* usable_environment(const ServiceContext& service_context, const Caller& caller,
                                const Project& project, const std::string& name);

/// Null when the key has no deployment there.
const Deployment* deployment_in(const Key& key, const std::string& environment);

/// Returns `deployment`, which may be null. Throws ServiceError that says why it cannot be used.
const Deployment& usable_deployment(const Key& key, const Deployment* deployment,
                                    const std::string& environment);

}  // namespace keyward::service
