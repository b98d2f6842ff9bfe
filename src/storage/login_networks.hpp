#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// When the user last logged in from that network; nothing when that is not known, also of the user.
std::optional<Instant> last_login(soci::session& sql, const std::string& user_name,
                                  const std::string& network);
void keep_login(soci::session& sql, const std::string& user_id, const std::string& network, Instant at);
/// Returns whether there were any.
bool forget_logins(soci::session& sql, Instant before);

}  // namespace keyward::storage
