#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace keyward::hsm {

/// Keeps searches for objects apart from the making of objects in one token. SoftHSM2 writes an object
/// attribute by attribute, and a search that meets a half-written one makes its C_CreateObject fail with
/// CKR_GENERAL_ERROR. Many may make, or many may search. Nobody waits longer than the gate's patience: a call
/// that hangs in the module must not close the gate for all. Any thread may call.
class ObjectAccessLock {
  public:
    explicit ObjectAccessLock(std::chrono::milliseconds patience = std::chrono::seconds(1))
        : patience_(patience) {}

    /// The right to make objects, or to search for them, while it lives.
    class Permit {
      public:
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        ~Permit();

      private:
        friend class ObjectAccessLock;
        Permit(ObjectAccessLock& gate, std::size_t& own, const std::size_t& others);

        ObjectAccessLock& gate_;
        std::size_t& own_;
    };

    Permit to_make() { return {*this, making_, searching_}; }
    /// Those who want to search are counted from now on, so that a stream of new makers can't keep them
    /// waiting.
    Permit to_search() { return {*this, searching_, making_}; }

  private:
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t making_ = 0;
    std::size_t searching_ = 0;
};

}  // namespace keyward::hsm
