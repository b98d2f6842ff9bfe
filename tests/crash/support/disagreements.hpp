#pragma once

#include <string>
#include <vector>

#include "tests/crash/support/held_objects.hpp"
#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// What is wrong with one key, or with no known one when the name is empty.
struct Finding {
    std::string name;
    std::string what;
};

/// Compares what was acknowledged with the catalogue's rows and the tokens' objects: every key and deployment
/// is there, with an object that proves itself the right key, and nothing that was deleted. Holds at every
/// moment for keys that have no change in flight.
std::vector<Finding> key_disagreements(const Record& record, const CatalogueState& catalogue,
                                       const HeldMap& held);

/// The same when nothing is in flight any more; then there is also no row that nobody asked for, no object
/// without a row and no intent.
std::vector<Finding> disagreements(const Record& record, const CatalogueState& catalogue,
                                   const HeldMap& held);

/// Compares it with the keys that the API lists: no more, no fewer, and each says what was acknowledged.
std::vector<Finding> api_disagreements(const Record& record, const Home& home);

}  // namespace keyward::e2e
