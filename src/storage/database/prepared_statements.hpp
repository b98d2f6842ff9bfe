#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/catalogue_records.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// The queries that every use of a key makes, prepared once per connection: parsing them would take several
/// times as long as running them. Belongs to one connection and must be destroyed before that is reopened;
/// replaced after an error.
class PreparedStatements {
  public:
    explicit PreparedStatements(soci::session& sql);
    PreparedStatements(const PreparedStatements&) = delete;
    PreparedStatements& operator=(const PreparedStatements&) = delete;
    PreparedStatements(PreparedStatements&&) = delete;
    PreparedStatements& operator=(PreparedStatements&&) = delete;
    ~PreparedStatements() = default;

    std::int64_t access_version();
    std::optional<KeyRevision> key_revision(const std::string& project_id, const std::string& name);

  private:
    // The statements refer to these members.
    Column<long long> version_;
    std::string project_;
    std::string name_;
    Column<std::string> id_;
    Column<long long> revision_;
    soci::statement access_version_;
    soci::statement key_revision_;
};

}  // namespace keyward::storage
