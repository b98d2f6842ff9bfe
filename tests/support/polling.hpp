#pragma once

#include <chrono>

#include <poll.h>

namespace keyward::test {

/// Evaluates a condition until it is true, with a pause after each evaluation. False when it is not true
/// within `limit`.
template <typename Condition>
bool comes_true(const Condition& condition, std::chrono::milliseconds limit = std::chrono::seconds(60),
                std::chrono::milliseconds pause = std::chrono::milliseconds(10)) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        ::poll(nullptr, 0, static_cast<int>(pause.count()));
    }
    return true;
}

}  // namespace keyward::test
