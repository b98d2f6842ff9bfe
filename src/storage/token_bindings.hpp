#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The token that holds the keys of an environment. The functions with bool return whether something changed.
bool pin_token(soci::session& sql, const std::string& environment, const std::string& serial);
bool retire_token(soci::session& sql, const std::string& environment, const std::string& former);
bool repin_token(soci::session& sql, const std::string& environment, const std::string& serial);
/// Nothing when no token is recorded.
std::optional<std::string> pinned_token(soci::session& sql, const std::string& environment);

}  // namespace keyward::storage
