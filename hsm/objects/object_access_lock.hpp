#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace keyward::hsm {

/// Separates searches for objects from the creation of objects in one token. SoftHSM2 writes an object
/// attribute by attribute, and a search that meets a half-written object makes its C_CreateObject fail with
/// CKR_GENERAL_ERROR. Many threads may create, or many may search. No thread waits longer than `patience`: a
/// call that hangs in the module must not block all others. Thread-safe.
class ObjectAccessLock {
  public:
    explicit ObjectAccessLock(std::chrono::milliseconds patience = std::chrono::seconds(1))
        : patience_(patience) {}

    /// The right to create or to search for objects while it exists.
    class Permit {
      public:
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        ~Permit() {
            const std::lock_guard lock(owner_.mutex_);
            --own_;
            owner_.changed_.notify_all();
        }

      private:
        friend class ObjectAccessLock;
        Permit(ObjectAccessLock& owner, std::size_t& own, const std::size_t& others)
            : owner_(owner), own_(own) {
            std::unique_lock lock(owner_.mutex_);
            const bool searches = &own_ == &owner_.searching_;
            if (searches) ++own_;
            owner_.changed_.wait_for(lock, owner_.patience_, [&] { return others == 0; });
            if (!searches) ++own_;
        }

        ObjectAccessLock& owner_;
        std::size_t& own_;
    };

    Permit to_make() { return {*this, making_, searching_}; }
    /// Waiting searchers are counted immediately, so that a stream of new creators can't starve them.
    Permit to_search() { return {*this, searching_, making_}; }

  private:
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t making_ = 0;
    std::size_t searching_ = 0;
};

}  // namespace keyward::hsm
