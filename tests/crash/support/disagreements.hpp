#pragma once

#include <string>
#include <vector>

#include "tests/crash/support/held_objects.hpp"
#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// A fault of one key; the name is empty when the key is unknown.
struct Finding {
    std::string name;
    std::string what;
};

/// Compares what was acknowledged with the catalogue's rows and the tokens' objects. Every key and deployment
/// exists, with an object that proves to be the right key, and nothing that was deleted exists. This holds at
/// every moment for keys without a change in flight.
std::vector<Finding> key_disagreements(const Record& record, const CatalogueState& catalogue,
                                       const HeldMap& held);

/// The same while no change is in flight. Then there is also no row that was not requested, no object without
/// a row, and no intent.
std::vector<Finding> disagreements(const Record& record, const CatalogueState& catalogue,
                                   const HeldMap& held);

/// Compares what was acknowledged with the list of the API: exactly these keys, each as it was acknowledged.
std::vector<Finding> api_disagreements(const Record& record, const Home& home);

}  // namespace keyward::e2e
