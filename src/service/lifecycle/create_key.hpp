#pragma once

#include <vector>

#include "domain/deployment_report.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/key_request.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The create-key call: intent, import, commit.
///
/// Before a token is touched, one transaction takes the name and writes an intent with a new CKA_ID for each
/// environment. The imports run in parallel. When all have answered, one transaction commits all results. If
/// none succeeded, or one failed and the request is all or nothing, the new objects are destroyed and the
/// name is free again. A dry run imports session objects and writes nothing. Thread-safe.
class CreateKey {
  public:
    explicit CreateKey(ServiceContext service_context) : service_context_(std::move(service_context)) {}

    /// Throws ServiceError as the contract says. `mistakes` are the errors found while reading the request.
    DeploymentReport run(const Caller& caller, const Project& project, const CreateKeyRequest& request,
                         std::vector<FieldError> mistakes);

  private:
    ServiceContext service_context_;
};

}  // namespace keyward::service
