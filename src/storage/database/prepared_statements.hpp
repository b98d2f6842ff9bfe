#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/catalogue_records.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// The questions that every use of a key asks, prepared once on a connection: parsing them would take several
/// times as long as answering them. Belongs to one connection and ends before it is opened anew; after an
/// error it is made anew.
class HotQueries {
  public:
    explicit HotQueries(soci::session& sql);
    HotQueries(const HotQueries&) = delete;
    HotQueries& operator=(const HotQueries&) = delete;
    HotQueries(HotQueries&&) = delete;
    HotQueries& operator=(HotQueries&&) = delete;
    ~HotQueries() = default;

    std::int64_t access_version();
    std::optional<service::KeyStanding> standing(const std::string& project_id, const std::string& name);

  private:
    // The statements refer to these.
    Column<long long> version_;
    std::string project_;
    std::string name_;
    Column<std::string> id_;
    Column<long long> revision_;
    soci::statement access_version_;
    soci::statement standing_;
};

}  // namespace keyward::storage
