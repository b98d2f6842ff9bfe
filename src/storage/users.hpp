#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

bool insert_user(soci::session& sql, const std::string& name, const std::string& password_hash);
/// Deletes the user's grants and tokens too.
bool delete_user(soci::session& sql, const std::string& name);
std::vector<User> all_users(soci::session& sql);
std::optional<User> find_user(soci::session& sql, const std::string& name);
std::optional<Credentials> find_credentials(soci::session& sql, const std::string& name);
/// Locks the user's row, so that other transactions cannot change what belongs to the user until this one has
/// ended. False when there is no such user.
bool lock_user(soci::session& sql, const std::string& user_id);

}  // namespace keyward::storage
