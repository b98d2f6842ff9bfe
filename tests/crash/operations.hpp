#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// One change of a key, and its steps: every call that writes to the catalogue or to a token.
struct Operation {
    std::string name;
    Action action;
    bool fails;  ///< staging refuses its key, and `onFailure=rollback` undoes all
    std::vector<std::string> steps;
    std::optional<std::size_t> commit;  ///< the step that commits it; none when it fails
};

/// The fault points are derived from this table. The test of the change without a fault fails when a step is
/// missing here.
const std::vector<Operation>& operations();

}  // namespace keyward::e2e
