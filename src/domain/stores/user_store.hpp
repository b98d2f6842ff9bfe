#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

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

}  // namespace keyward
