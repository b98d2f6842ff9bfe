#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/crash/support/record.hpp"

namespace keyward::e2e {

/// One change of a key, and every step in which it touches the catalogue or a token.
struct Operation {
    std::string name;
    Action action;
    bool fails;  ///< staging refuses its key, and `onFailure=rollback` undoes all
    std::vector<std::string> steps;
    std::optional<std::size_t> commit;  ///< the step with which it is made; none when it fails
};

/// The table that the fault points are made of. A new step fails the test of the undisturbed change until it
/// stands here.
const std::vector<Operation>& operations();

}  // namespace keyward::e2e
