#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "base/mutex.hpp"

namespace keyward::api {

/// Limits the memory, in octets, that requests use once they are read: documents, decoded fields, results.
/// All clients share one budget, and one user may hold at most half of it, so that the large requests of one
/// user do not block all others. A request waits for a while when its memory is taken. Requests of less than
/// `smallest_counted` are not counted: the number of threads bounds them. Thread-safe.
class WorkMemory {
  public:
    static constexpr std::size_t usual_limit = std::size_t{128} << 20U;
    static constexpr std::size_t smallest_counted = std::size_t{64} << 10U;
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::chrono::milliseconds usual_patience{4'000};

    explicit WorkMemory(std::size_t limit = usual_limit, std::chrono::milliseconds patience = usual_patience)
        : limit_(limit), patience_(patience) {}
    WorkMemory(const WorkMemory&) = delete;
    WorkMemory& operator=(const WorkMemory&) = delete;
    ~WorkMemory() = default;

    /// The memory of one request; returned on destruction. Not thread-safe.
    class Share {
      public:
        Share(WorkMemory& memory, std::string user) : memory_(&memory), user_(std::move(user)) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { give_back(); }

        /// Replaces the current reservation by `size`. Releases the old one before it waits, so that waiting
        /// requests cannot deadlock. Throws ServiceError (too_many_requests when the user's other requests
        /// hold the memory, overloaded when all requests together do).
        void resize(std::size_t size);
        /// Adds memory that is already in use, without a check or a wait.
        void add(std::size_t size) noexcept;

      private:
        void give_back() noexcept;

        WorkMemory* memory_;
        std::string user_;
        std::size_t size_ = 0;
    };

    /// Whether much memory was released since the last call, so that the allocator may have some to return to
    /// the system.
    [[nodiscard]] bool take_given_back() noexcept;

  private:
    /// A request that alone exceeds the user's limit is admitted when the user holds nothing else.
    [[nodiscard]] std::size_t user_limit() const noexcept { return limit_ / 2; }
    [[nodiscard]] bool user_has_room(const std::string& user, std::size_t size) const
        KEYWARD_REQUIRES(mutex_);
    [[nodiscard]] bool has_room(std::size_t size) const noexcept KEYWARD_REQUIRES(mutex_) {
        return taken_ + size <= limit_;
    }
    [[nodiscard]] bool fits(const std::string& user, std::size_t size) const KEYWARD_REQUIRES(mutex_) {
        return has_room(size) && user_has_room(user, size);
    }
    void take(const std::string& user, std::size_t size);

    const std::size_t limit_;
    const std::chrono::milliseconds patience_;
    Mutex mutex_;
    ConditionVariable given_back_;
    std::map<std::string, std::size_t> users_ KEYWARD_GUARDED_BY(mutex_);  ///< octets held by each user
    std::size_t taken_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t waiting_ KEYWARD_GUARDED_BY(mutex_) = 0;
    bool much_was_given_back_ KEYWARD_GUARDED_BY(mutex_) = false;
};

}  // namespace keyward::api
