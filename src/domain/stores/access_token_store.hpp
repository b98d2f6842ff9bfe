#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

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

}  // namespace keyward
