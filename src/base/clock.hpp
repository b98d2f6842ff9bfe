#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace keyward {

/// Wall-clock time in milliseconds since 1970, as it is stored and compared between replicas.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Where the time comes from; tests give their own.
using Clock = std::function<Instant()>;

Instant system_now();

/// RFC 3339 in UTC with milliseconds: 2026-01-31T08:15:30.250Z
std::string to_rfc3339(Instant instant);

/// For people: `5 s`, or `50 ms` when it is no whole number of seconds.
std::string duration_text(std::chrono::milliseconds time);

}  // namespace keyward
