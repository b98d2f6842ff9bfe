#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The time of the user's last login from the network; nothing when the login or the user is unknown.
std::optional<Instant> last_login(soci::session& sql, const std::string& user_name,
                                  const std::string& network);
void keep_login(soci::session& sql, const std::string& user_id, const std::string& network, Instant at);
/// Returns whether any were removed.
bool forget_logins(soci::session& sql, Instant before);

}  // namespace keyward::storage
