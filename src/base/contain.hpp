#pragma once

#include <exception>
#include <string_view>

#include "base/log.hpp"

namespace keyward {

/// Logs that something was contained, as far as there is memory to.
inline void log_contained(std::string_view where, std::string_view reason) noexcept {
    try {
        log::error("exception.contained", {{"where", where}, {"reason", reason}});
    } catch (...) {  // no memory for the log either
    }
}

/// Runs work whose exceptions must go no further: at the root of a thread and in destructors one would end
/// the process, and no memory can make anything throw. True when there was none.
template <typename Work>
bool contain(std::string_view where, const Work& work) noexcept {
    try {
        work();
        return true;
    } catch (const std::exception& error) {
        log_contained(where, error.what());
    } catch (...) {
        log_contained(where, "not a std::exception");
    }
    return false;
}

}  // namespace keyward
