#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace keyward::api {

/// The memory, in octets, that requests may take once they are read: documents, decoded fields, results. All
/// clients share one budget, and one user has half of it at most, so that nobody's large requests keep out
/// everybody else's. Who finds it taken waits for a while. What takes less than `smallest_counted` is not
/// counted: the number of threads bounds it. Any thread may call.
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

    /// What one request holds; given back when it ends. Not for sharing between threads.
    class Share {
      public:
        Share(WorkMemory& memory, std::string user) : memory_(&memory), user_(std::move(user)) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { give_back(); }

        /// Holds `size` in place of what it held. Gives that back before it waits, so that two who wait never
        /// wait for each other. Throws ServiceError (too_many_requests when the user's other requests hold
        /// what it needs, overloaded when all do).
        void resize(std::size_t size);
        /// Holds more without asking, for what is there already.
        void add(std::size_t size) noexcept;

      private:
        void give_back() noexcept;

        WorkMemory* memory_;
        std::string user_;
        std::size_t size_ = 0;
    };

    /// Whether much was given back since the last call, so that the allocator may have memory to return to
    /// the system.
    [[nodiscard]] bool take_given_back() noexcept;

  private:
    /// A request that alone needs more than a user may have is let in when that user has nothing else.
    [[nodiscard]] std::size_t user_limit() const noexcept { return limit_ / 2; }
    [[nodiscard]] bool user_has_room(const std::string& user, std::size_t size) const;
    [[nodiscard]] bool has_room(std::size_t size) const noexcept { return taken_ + size <= limit_; }
    void take(const std::string& user, std::size_t size);

    const std::size_t limit_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::map<std::string, std::size_t> users_;  ///< who holds how much
    std::size_t taken_ = 0;
    std::size_t waiting_ = 0;
    bool much_was_given_back_ = false;
};

}  // namespace keyward::api
