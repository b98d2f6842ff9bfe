#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/home.hpp"

namespace keyward::e2e {

/// The rows that the product's promises are about, as SQLite holds them: read past the product.
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

/// Throws std::runtime_error when SQLite can't tell.
CatalogueState catalogue_state(const Home& home);

/// The same of a copy, so that the files of a catalogue whose server was killed stay as they are until its
/// successor finds them.
CatalogueState catalogue_state_of_copy(const Home& home);

}  // namespace keyward::e2e
