#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Projects and their environments. create_project returns false when the name is taken; delete_project
/// returns false when the project does not exist or still has keys.
class ProjectStore : public Store {
  public:
    virtual bool create_project(const std::string& name, const std::vector<std::string>& environments,
                                const AuditRecord& audit) = 0;
    virtual bool delete_project(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<Project> all_projects() = 0;
    virtual std::optional<Project> find_project(const std::string& name) = 0;
};

}  // namespace keyward
