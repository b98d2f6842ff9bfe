#pragma once

#include <string>

#include "domain/deployment_report.hpp"
#include "domain/request_origin.hpp"
#include "service/auth/access.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Deletes a key, or undeploys it from one environment: one transaction makes it unusable and writes
/// tombstones, then its objects are destroyed, and with the last of them its row is removed. What cannot be
/// reached shows as `DELETING` until a second call or recovery finishes. Thread-safe.
class RemoveKey {
  public:
    explicit RemoveKey(ServiceContext service_context) : service_context_(std::move(service_context)) {}

    /// From every environment; then the name is free. Throws ServiceError (not_found, conflict; forbidden
    /// when the caller may not undeploy from each environment in which the key is).
    DeploymentReport remove(const Caller& caller, const Project& project, const std::string& key_name,
                            const Origin& origin);

    /// From one environment; the key stays. Throws ServiceError (not_found, conflict, bad_request).
    DeploymentReport undeploy(const Caller& caller, const Project& project, const std::string& key_name,
                              const std::string& environment, const Origin& origin);

  private:
    ServiceContext service_context_;
};

}  // namespace keyward::service
