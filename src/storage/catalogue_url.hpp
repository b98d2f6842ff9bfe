#pragma once

#include <string>

namespace keyward::storage {

enum class Backend { sqlite, postgresql };

/// Where the catalogue is, in the form that SOCI takes.
struct CatalogueUrl {
    Backend backend = Backend::sqlite;
    std::string connect_string;
    std::string path;      ///< SQLite: the file
    std::string password;  ///< PostgreSQL: what must not stand in any text
};

/// Throws service::CatalogueError when the URL can't be used. The text repeats nothing of a PostgreSQL URL.
CatalogueUrl parse_catalogue_url(const std::string& url);

}  // namespace keyward::storage
