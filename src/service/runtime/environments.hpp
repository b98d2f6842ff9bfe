#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "service/runtime/environment.hpp"

namespace keyward::service {

/// The environments of the configuration, in its order. Created once by main; reading is thread-safe.
class Environments {
  public:
    void add(std::unique_ptr<Environment> environment) { all_.push_back(std::move(environment)); }

    /// Stops all of them (Environment::stop) within one limit. Returns false when a call still hangs in a
    /// module.
    bool stop(std::chrono::milliseconds limit);

    /// Null when the configuration has no environment of that name.
    [[nodiscard]] Environment* find(const std::string& name) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Environment>>& all() const { return all_; }

    /// The length of a lease: long enough that a request that meets its deadlines never outlives it.
    [[nodiscard]] std::chrono::milliseconds lease() const;

  private:
    std::vector<std::unique_ptr<Environment>> all_;
};

inline constexpr std::size_t most_workers = 64;
inline constexpr std::size_t queued_calls_a_worker = 8;
/// Shared by all environments. The threads wait more than they work.
inline constexpr std::size_t threads_a_processor = 128;
inline constexpr std::size_t least_threads = 512;
/// For each environment, however many there are.
inline constexpr std::size_t least_threads_of_environment = 16;

/// How many calls of one environment may be in its token at once, and how many more may wait. Each of them
/// can hold a thread that serves a request, so their sum bounds the threads that one hung token can take from
/// all others.
struct ThreadLimits {
    std::size_t workers;
    std::size_t queue;
};

/// The limits of one environment with `sessions` sessions, where `environments` environments share
/// `processors` processors.
ThreadLimits thread_limits(std::size_t sessions, std::size_t environments, std::size_t processors);

}  // namespace keyward::service
