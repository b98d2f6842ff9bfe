#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace keyward {

/// Wall-clock time in milliseconds since 1970, as stored and as compared between replicas.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// The source of time; tests supply their own.
using Clock = std::function<Instant()>;

Instant system_now();

/// RFC 3339 in UTC with milliseconds: 2026-01-31T08:15:30.250Z
std::string to_rfc3339(Instant instant);

/// For people: `5 s`, or `50 ms` when it is not a whole number of seconds.
std::string duration_text(std::chrono::milliseconds time);

}  // namespace keyward
