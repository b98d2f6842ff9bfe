#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Projects and their environments. create_project returns false when the name is taken; delete_project
/// returns false when the project does not exist or still has keys.
class ProjectStore : public Store {
  public:
    virtual bool create_project(const std::string& name, const std::vector<std::string>& environments,
                                const AuditRecord& audit) = 0;
    virtual bool delete_project(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<Project> all_projects() = 0;
    virtual std::optional<Project> find_project(const std::string& name) = 0;
};

/// Users and their grants. The caller computes the password hash; empty for a user without a password.
///
/// Adding an existing grant widens its environments (empty: to all). Revoking removes the permission
/// entirely, or for the named environments. revoke_grant returns false when there was nothing to remove.
class UserStore : public Store {
  public:
    virtual bool create_user(const std::string& name, const std::string& password_hash,
                             const AuditRecord& audit) = 0;
    virtual bool delete_user(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<User> all_users() = 0;
    virtual std::optional<User> find_user(const std::string& name) = 0;
    virtual std::optional<Credentials> find_credentials(const std::string& user_name) = 0;
    virtual void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual std::vector<Grant> grants_of(const std::string& user_id) = 0;
};

/// Bearer tokens, identified by the SHA-256 of their text (lower-case hex). create_api_token returns the
/// token's id.
class AccessTokenStore : public Store {
  public:
    virtual std::string create_api_token(const std::string& user_id, const std::string& name,
                                         const std::string& hash, std::optional<Instant> expires_at,
                                         const AuditRecord& audit) = 0;
    virtual bool revoke_api_token(const std::string& id, const AuditRecord& audit) = 0;
    virtual std::vector<ApiToken> api_tokens() = 0;
    virtual std::optional<Identity> find_identity(const std::string& hash) = 0;
    /// Removes the tokens of this name that expired before `before`. For the tokens that logins create, which
    /// are never revoked.
    virtual void remove_expired_tokens(const std::string& name, Instant before) = 0;
    /// Grows with every change that can invalidate a token, user, grant or project that was read before;
    /// additions do not change it.
    virtual std::int64_t access_version() = 0;
};

/// The networks (`login_network`) from which users have logged in.
class LoginNetworks : public Store {
  public:
    /// When the user last logged in from that network; nothing when either is unknown.
    virtual std::optional<Instant> last_login(const std::string& user_name, const std::string& network) = 0;
    virtual void keep_login(const std::string& user_id, const std::string& network, Instant at) = 0;
    /// Removes the networks whose last login was before `before`.
    virtual void forget_logins(Instant before) = 0;
};

}  // namespace keyward
