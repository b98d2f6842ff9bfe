#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

bool insert_project(soci::session& sql, const std::string& name,
                    const std::vector<std::string>& environments);
/// False when there is no project with this name or it still has keys. Deletes its grants too.
bool delete_project(soci::session& sql, const std::string& name);
std::vector<Project> all_projects(soci::session& sql);
std::optional<Project> find_project(soci::session& sql, const std::string& name);

}  // namespace keyward::storage
