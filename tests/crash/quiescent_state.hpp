#pragma once

#include <chrono>
#include <optional>

#include "tests/crash/support/catalogue_state.hpp"
#include "tests/crash/support/held_objects.hpp"

namespace keyward::e2e {

/// The contents of the catalogue and of the tokens while no change is in progress.
struct QuiescentState {
    CatalogueState catalogue;
    HeldMap held;
};

/// Waits until the server is ready, no change is in progress, and recovery has destroyed all that it can.
/// Nothing after `limit`.
std::optional<QuiescentState> await_quiescence(const Home& home, const std::vector<std::string>& environments,
                                               std::chrono::milliseconds limit);

/// Milliseconds since 1970.
std::int64_t now_ms();

}  // namespace keyward::e2e
