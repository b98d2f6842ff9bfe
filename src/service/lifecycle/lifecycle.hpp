#pragma once

#include <string>
#include <vector>

#include "domain/change.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/key_request.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The calls that change a key: one class each, with a source file of its own.

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

/// The update-key call: intent, import, commit, then destruction of the old objects.
///
/// Environments without new content are left alone. Each new object is in its token, read back and committed
/// before the old one is destroyed, so that the key works with one of the two at every moment. An environment
/// that fails keeps its old key. A change of type or algorithm, or of mechanisms that the old objects were
/// not made for, is all or nothing. Of two simultaneous changes of a key one gets `conflict`. Thread-safe.
class UpdateKey {
  public:
    explicit UpdateKey(ServiceContext service_context) : service_context_(std::move(service_context)) {}

    /// Throws ServiceError as the contract says. `mistakes` are the errors found while reading the request.
    DeploymentReport run(const Caller& caller, const Project& project, UpdateKeyRequest request,
                         std::vector<FieldError> mistakes);

  private:
    ServiceContext service_context_;
};

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
