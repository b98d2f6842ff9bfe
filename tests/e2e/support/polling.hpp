#pragma once

#include <chrono>
#include <functional>

#include <poll.h>

namespace keyward::e2e {

/// Asks until the answer is yes, with a breath between two questions; false when that has not come in time.
inline bool comes_true(const std::function<bool()>& question,
                       std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    constexpr int breath_ms = 10;
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!question()) {
        if (std::chrono::steady_clock::now() > until) return false;
        ::poll(nullptr, 0, breath_ms);
    }
    return true;
}

}  // namespace keyward::e2e
