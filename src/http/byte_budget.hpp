#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace keyward::http {

/// A limit in octets on the memory that all clients together use for one purpose. Thread-safe.
class ByteBudget {
  public:
    explicit ByteBudget(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] bool try_take(std::size_t size) noexcept {
        if (taken_.fetch_add(size, std::memory_order_relaxed) + size <= limit_) return true;
        give_back(size);
        return false;
    }
    void give_back(std::size_t size) noexcept { taken_.fetch_sub(size, std::memory_order_relaxed); }

  private:
    const std::size_t limit_;
    std::atomic<std::size_t> taken_{0};
};

/// The part of a budget that one client holds; returned on destruction. Not thread-safe. The budget must
/// outlive it.
class ByteReservation {
  public:
    explicit ByteReservation(ByteBudget& budget) noexcept : budget_(budget) {}
    ByteReservation(const ByteReservation&) = delete;
    ByteReservation& operator=(const ByteReservation&) = delete;
    ~ByteReservation() { resize(0); }

    /// False, without a change, when the budget is too small.
    bool resize(std::size_t size) noexcept {
        if (size > size_ && !budget_.try_take(size - size_)) return false;
        if (size < size_) budget_.give_back(size_ - size);
        size_ = size;
        return true;
    }

  private:
    ByteBudget& budget_;
    std::size_t size_ = 0;
};

}  // namespace keyward::http
