#pragma once

#include <string>

#include "tests/http/api/home.hpp"

namespace keyward::e2e {

/// How many rows a table of the catalogue has: `intents` are imports under way, `tombstones` objects that are
/// still to be destroyed. Throws std::runtime_error when SQLite can't tell.
int rows_in(const Home& home, const std::string& table);

}  // namespace keyward::e2e
