#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "domain/permissions.hpp"
#include "service/auth/access_cache.hpp"

namespace keyward::service {

/// The sender of a request and that user's grants, as of the moment the request arrived.
struct Caller {
    std::string user_id;
    std::string user_name;
    std::vector<Grant> grants;

    /// Whether any grant reaches into the project: then the caller may know that it exists.
    [[nodiscard]] bool sees(const Project& project) const;
    /// Whether any grant reaches that environment of the project.
    [[nodiscard]] bool sees(const Project& project, const std::string& environment) const;
    /// Whether the permission is held in the project, even if in one environment only.
    [[nodiscard]] bool holds(Permission permission, const Project& project) const;
    /// Whether the permission is held for that environment.
    [[nodiscard]] bool holds(Permission permission, const Project& project,
                             const std::string& environment) const;
    /// Whether the permission is held everywhere.
    [[nodiscard]] bool holds_everywhere(Permission permission) const;
};

/// Authorization: the only place that decides what a user may do. Thread-safe.
class Access {
  public:
    Access(Catalogue& catalogue, Clock clock);

    /// The caller that the value of an Authorization header identifies; `authorization` is null when the
    /// header is missing. Throws ServiceError (invalid_token, token_expired).
    Caller authenticate(const std::string* authorization);

    /// The project, if it exists and the caller may know it. `caller` must have been authenticated just
    /// before. Throws ServiceError (not_found), the same in both cases.
    Project visible_project(const Caller& caller, const std::string& name);

    /// Throws ServiceError (forbidden) that names the first of the permissions the caller lacks.
    static void require(const Caller& caller, const Project& project,
                        const std::vector<Permission>& permissions);
    /// For requests that belong to no project: only grants that hold everywhere count.
    static void require(const Caller& caller, const std::vector<Permission>& permissions);

  private:
    AccessCache cache_;
    Clock clock_;
};

}  // namespace keyward::service
