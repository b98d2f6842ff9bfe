#pragma once

#include <exception>
#include <string_view>

#include "base/log.hpp"

namespace keyward {

/// Logs a contained exception, if there is enough memory.
inline void log_contained(std::string_view where, std::string_view reason) noexcept {
    try {
        log::error("exception.contained", {{"where", where}, {"reason", reason}});
    } catch (...) {  // no memory for the log either
    }
}

/// Runs work and contains its exceptions. At the root of a thread and in destructors an exception would end
/// the process, and any code can throw when memory runs out. Returns true when the work threw nothing.
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
