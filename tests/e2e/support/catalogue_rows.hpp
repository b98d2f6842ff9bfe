#pragma once

#include <cstddef>
#include <string>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// The number of rows of a table of the catalogue: `intents` are imports in progress, `tombstones` objects
/// that are not destroyed yet. Throws std::runtime_error when SQLite reports an error.
int rows_in(const Home& home, const std::string& table);

/// Writes that many keys, from `key-000000` on, directly into the catalogue, deployed in no environment.
/// Throws std::runtime_error when SQLite reports an error.
void fill_with_keys(const Home& home, const std::string& of_project, std::size_t count);

/// Records these keys as deployed in the environment, each with a public key of 451 octets. The token holds
/// none of them.
void deploy_in_the_catalogue_alone(const Home& home, const std::string& environment);

}  // namespace keyward::e2e
