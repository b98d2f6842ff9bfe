#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Ignores `token.user_name` and `token.revoked`: the id names the user, and a new token is not revoked.
/// Throws CatalogueError when the hash exists already.
void insert_api_token(soci::session& sql, const std::string& user_id, const std::string& hash,
                      const ApiToken& token);
/// False when there is no such token or it is already revoked.
bool revoke_api_token(soci::session& sql, const std::string& id);
std::vector<ApiToken> all_api_tokens(soci::session& sql);
std::optional<Identity> find_identity(soci::session& sql, const std::string& hash);
/// Returns whether any were removed.
bool remove_expired_tokens(soci::session& sql, const std::string& name, Instant before);

}  // namespace keyward::storage
