#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// `token.user_name` and `token.revoked` are not read: a token is its user's by id, and new. Throws
/// service::CatalogueError when the hash is there already.
void insert_api_token(soci::session& sql, const std::string& user_id, const std::string& hash,
                      const service::ApiToken& token);
/// False when there is no such token or it was revoked before.
bool revoke_api_token(soci::session& sql, const std::string& id);
std::vector<service::ApiToken> all_api_tokens(soci::session& sql);
std::optional<service::Identity> find_identity(soci::session& sql, const std::string& hash);
/// Returns whether there were any.
bool remove_expired_tokens(soci::session& sql, const std::string& name, Instant before);

}  // namespace keyward::storage
