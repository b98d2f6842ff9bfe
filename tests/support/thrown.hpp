#pragma once

#include <stdexcept>

namespace keyward::test {

/// The `Error` that an action throws. Throws std::logic_error, which fails the test, when it throws none.
template <typename Error, typename Action>
Error thrown_by(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    throw std::logic_error("nothing was thrown");
}

}  // namespace keyward::test
