#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "domain/catalogue.hpp"
#include "domain/permissions.hpp"

namespace keyward::service {

/// The user that a bearer token identifies, and that user's grants.
struct KnownToken {
    Identity identity;
    std::vector<Grant> grants;
};

/// Cache of the catalogue's tokens, grants and projects, valid as long as its access version stays the same.
/// The version is queried for each token that arrives, so a revocation or restriction by any process takes
/// effect with the next request. Negative results are not cached. Thread-safe.
class AccessCache {
  public:
    /// Keeps at most `capacity` tokens and as many projects.
    AccessCache(AccessTokenStore& access_tokens, UserStore& users, ProjectStore& projects,
                std::size_t capacity = 10'000)
        : access_token_store_(access_tokens),
          user_store_(users),
          project_store_(projects),
          capacity_(capacity) {}

    /// Looks up by the token's hash; null when there is none. Throws CatalogueError.
    std::shared_ptr<const KnownToken> token(const std::string& hash);

    /// Looks up by name, as of the last call of `token` or later; null when there is none. Throws
    /// CatalogueError.
    std::shared_ptr<const Project> project(const std::string& name);

  private:
    template <typename Value>
    using Kept = std::unordered_map<std::string, std::shared_ptr<const Value>>;

    template <typename Value>
    Kept<Value>& kept() KEYWARD_REQUIRES(mutex_);
    template <typename Value>
    std::shared_ptr<const Value> find(const std::string& key) KEYWARD_REQUIRES(mutex_);
    template <typename Value>
    std::shared_ptr<const Value> keep(const std::string& key, Value value, std::int64_t version);

    AccessTokenStore& access_token_store_;
    UserStore& user_store_;
    ProjectStore& project_store_;
    const std::size_t capacity_;
    Mutex mutex_;
    std::int64_t version_ KEYWARD_GUARDED_BY(mutex_) = -1;
    Kept<KnownToken> tokens_ KEYWARD_GUARDED_BY(mutex_);
    Kept<Project> projects_ KEYWARD_GUARDED_BY(mutex_);
};

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
    Access(AccessTokenStore& access_tokens, UserStore& users, ProjectStore& projects, Clock clock);

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
