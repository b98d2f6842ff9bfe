#pragma once

#include <cstddef>

namespace keyward::cli {

/// Of the connections to the database, where `catalogue.connections` is 0.
inline constexpr std::size_t least_connections = 2;
inline constexpr std::size_t most_connections = 64;

/// Threads that serve requests, besides those that may wait for the token of an environment.
inline constexpr std::size_t spare_handler_threads = 32;
/// Repeats that wait for the first request with their Idempotency-Key; each of them holds a thread.
inline constexpr std::size_t most_waiting_repeats = 64;

/// Of a user's password, in bytes.
inline constexpr std::size_t shortest_password = 12;

}  // namespace keyward::cli
