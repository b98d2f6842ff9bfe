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
/// environment. The imports run side by side. When all have answered, one transaction commits all results. If
/// none succeeded, or one failed and the request asks for all or nothing, what was made is destroyed and the
/// name is free again. A dry run imports session objects and writes nothing. Any thread may call.
class CreateKey {
  public:
    explicit CreateKey(ServiceContext service_context) : service_context_(std::move(service_context)) {}

    /// Throws ServiceError as the contract says. `mistakes` is what reading the request found wrong.
    DeploymentReport run(const Caller& caller, const Project& project, const CreateKeyRequest& request,
                         std::vector<FieldError> mistakes);

  private:
    ServiceContext service_context_;
};

}  // namespace keyward::service
