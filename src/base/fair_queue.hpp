#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/mutex.hpp"

namespace keyward {

/// Fair queue of entries that wait for a place. Parties take turns, and entries of one party are called in
/// the order of arrival: a party with a hundred entries delays the first entry of another party by one turn.
/// A full queue accepts a newcomer only by displacing the last entry of the party with the most entries, and
/// only if the newcomer's party has fewer.
///
/// The owner's mutex guards the queue and its entries, and waiting threads wait with it. Only `join`
/// allocates memory.
class FairQueue {
  public:
    /// An entry of the queue. It is out of the queue when it is notified; it may destroy itself then.
    class Entry {
      public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        virtual ~Entry() = default;
        virtual void called() noexcept = 0;
        /// Another entry has taken its place in the queue.
        virtual void displaced() noexcept = 0;
    };

    enum class State { waits, called, displaced };
    /// A thread that waits in the queue.
    struct Waiting final : Entry {
        void called() noexcept override { wake(State::called); }
        void displaced() noexcept override { wake(State::displaced); }
        void wake(State why) noexcept {
            state = why;
            woken.notify_one();
        }

        ConditionVariable woken;
        State state = State::waits;
    };

    FairQueue() = default;
    FairQueue(const FairQueue&) = delete;
    FairQueue& operator=(const FairQueue&) = delete;
    ~FairQueue() = default;

    /// False when `limit` entries wait already and none of them can be displaced.
    [[nodiscard]] bool join(const std::string& party, Entry& newcomer, std::size_t limit);
    /// Removes an entry that no longer waits.
    void leave(const Entry& one) noexcept;
    /// Calls the next entry. False when the queue is empty.
    bool call_next() noexcept;
    void displace_all() noexcept;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    struct Party {
        std::string name;
        std::list<Entry*> waiting = {};
    };
    using Parties = std::list<Party>;

    Parties::iterator find(const std::string& name);
    bool displace_for(std::size_t of_newcomers_party) noexcept;

    Parties parties_;  ///< the parties with waiting entries, in the order of their turns
    std::size_t size_ = 0;
};

/// Semaphore with a bounded FairQueue of waiting threads. Must outlive its permits. Thread-safe.
class FairSemaphore {
  public:
    struct Limits {
        std::size_t inside;  ///< at least one
        std::size_t waiting;
    };

    explicit FairSemaphore(Limits limits) : limits_(limits) {}
    FairSemaphore(const FairSemaphore&) = delete;
    FairSemaphore& operator=(const FairSemaphore&) = delete;
    ~FairSemaphore() = default;

    struct Leave {
        void operator()(FairSemaphore* semaphore) const noexcept { semaphore->leave(); }
    };
    /// Holds one place; destroying it leaves the semaphore.
    using Permit = std::unique_ptr<FairSemaphore, Leave>;

    /// Blocks until a place is free. Null when too many wait, or when the queue displaces the caller.
    [[nodiscard]] Permit enter(const std::string& party);

    /// The number of waiting threads.
    [[nodiscard]] std::size_t waiting() const {
        const Lock lock(mutex_);
        return queue_.size();
    }

  private:
    void leave() noexcept;

    const Limits limits_;
    mutable Mutex mutex_;
    FairQueue queue_ KEYWARD_GUARDED_BY(mutex_);
    std::size_t inside_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward
