#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/deployment_report.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/key_request.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// An update-key call, as read. Fields that are not sent stay unchanged.
struct UpdateKeyRequest {
    std::string key_name;             ///< the key to update
    std::optional<std::string> name;  ///< as sent in the body; must be the key's own
    std::optional<std::string> description;
    std::optional<keys::KeyType> type;
    std::optional<keys::Algorithm> algorithm;
    std::optional<MechanismList> mechanisms;
    std::vector<EnvironmentEntry> environments;
    bool content_is_required = false;  ///< an entry without content is a mistake instead of unchanged
    bool roll_back_on_failure = false;
    bool dry_run = false;
    Origin origin;
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

}  // namespace keyward::service
