#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/mutex.hpp"

namespace keyward::hsm {

/// Separates searches for objects from the creation of objects in one token. SoftHSM2 writes an object
/// attribute by attribute, and a search that meets a half-written object makes its C_CreateObject fail with
/// CKR_GENERAL_ERROR. Many threads may create, or many may search. No thread waits longer than `patience`: a
/// call that hangs in the module must not block all others. Thread-safe.
class ObjectAccessLock {
    enum class Purpose : std::uint8_t { make, search };

  public:
    explicit ObjectAccessLock(std::chrono::milliseconds patience = std::chrono::seconds(1))
        : patience_(patience) {}

    /// The right to create or to search for objects while it exists.
    class Permit {
      public:
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        ~Permit() {
            const Lock lock(owner_.mutex_);
            --(purpose_ == Purpose::search ? owner_.searching_ : owner_.making_);
            owner_.changed_.notify_all();
        }

      private:
        friend class ObjectAccessLock;
        Permit(ObjectAccessLock& owner, Purpose purpose) : owner_(owner), purpose_(purpose) {
            const Lock lock(owner_.mutex_);
            const bool searches = purpose_ == Purpose::search;
            if (searches) ++owner_.searching_;
            owner_.changed_.wait_for(owner_.mutex_, owner_.patience_, [&]() KEYWARD_REQUIRES(owner_.mutex_) {
                return (searches ? owner_.making_ : owner_.searching_) == 0;
            });
            if (!searches) ++owner_.making_;
        }

        ObjectAccessLock& owner_;
        const Purpose purpose_;
    };

    Permit to_make() { return {*this, Purpose::make}; }
    /// Waiting searchers are counted immediately, so that a stream of new creators can't starve them.
    Permit to_search() { return {*this, Purpose::search}; }

  private:
    const std::chrono::milliseconds patience_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::size_t making_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::size_t searching_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward::hsm
