#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// The rows of the catalogue that the guarantees are about, read with SQLite and without the product.
struct CatalogueState {
    struct Deployment {
        std::string state;
        std::optional<std::string> object_id;
        std::string fingerprint;
    };
    struct Key {
        std::string state;
        std::string algorithm;
        std::map<std::string, Deployment> deployments;  ///< by environment
        std::size_t intents = 0;
    };
    struct Tombstone {
        std::string environment;
        std::int64_t lease_until = 0;  ///< milliseconds since 1970
        std::int64_t keep_until = 0;
    };

    std::map<std::string, Key> keys;  ///< by name
    std::size_t intents = 0;
    std::map<std::string, Tombstone> tombstones;  ///< by the object's id
};

/// Throws std::runtime_error when SQLite reports an error.
CatalogueState catalogue_state(const Home& home);

/// Reads a copy, so that the files of a killed server stay unchanged until the next server opens them.
CatalogueState catalogue_state_of_copy(const Home& home);

}  // namespace keyward::e2e
