#pragma once

#include <chrono>
#include <optional>

#include "tests/crash/support/catalogue_state.hpp"
#include "tests/crash/support/held_objects.hpp"

namespace keyward::e2e {

/// What stands in the catalogue and the tokens at a time when nothing is under way.
struct QuiescentState {
    CatalogueState catalogue;
    HeldMap held;
};

/// Waits until the server is ready, no change is under way, and all that recovery can destroy is destroyed;
/// nothing when that has not come in time.
std::optional<QuiescentState> await_stillness(const Home& home, const std::vector<std::string>& environments,
                                              std::chrono::milliseconds limit);

/// Milliseconds since 1970.
std::int64_t now_ms();

}  // namespace keyward::e2e
