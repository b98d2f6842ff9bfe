#pragma once

#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

void add_grant(soci::session& sql, const std::string& user_id, const Grant& grant);
bool revoke_grant(soci::session& sql, const std::string& user_id, const Grant& grant);
std::vector<Grant> grants_of(soci::session& sql, const std::string& user_id);

}  // namespace keyward::storage
