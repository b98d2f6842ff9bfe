#pragma once

#include <cstddef>
#include <string>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// How many rows a table of the catalogue has: `intents` are imports under way, `tombstones` objects that are
/// still to be destroyed. Throws std::runtime_error when SQLite can't tell.
int rows_in(const Home& home, const std::string& table);

/// Writes so many keys, `key-000000` and on, straight into the catalogue: they are in no
/// environment. Throws
/// std::runtime_error when SQLite can't.
void fill_with_keys(const Home& home, const std::string& of_project, std::size_t count);

/// Says of these keys that they are deployed in the environment, each with a public key of 451 octets; the
/// token holds none of them.
void deploy_in_the_catalogue_alone(const Home& home, const std::string& environment);

}  // namespace keyward::e2e
