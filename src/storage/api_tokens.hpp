#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// `token.user_name` and `token.revoked` are not read: a token is its user's by id, and new. Throws
/// CatalogueError when the hash is there already.
void insert_api_token(soci::session& sql, const std::string& user_id, const std::string& hash,
                      const ApiToken& token);
/// False when there is no such token or it was revoked before.
bool revoke_api_token(soci::session& sql, const std::string& id);
std::vector<ApiToken> all_api_tokens(soci::session& sql);
std::optional<Identity> find_identity(soci::session& sql, const std::string& hash);
/// Returns whether there were any.
bool remove_expired_tokens(soci::session& sql, const std::string& name, Instant before);

}  // namespace keyward::storage
