#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <string>

namespace keyward {

/// Those who wait for a place, called by turns of the parties that they belong to, and within a party in the
/// order in which they came: a party with a hundred waiting delays the first of another by one turn. A full
/// queue takes a newcomer in only in the place of the last of the party of which most wait, and only if fewer
/// wait of the newcomer's own.
///
/// The owner's mutex guards it, and threads that wait wait with it. Only `join` takes memory.
class FairQueue {
  public:
    /// One of those. It is out of the queue when it is told; it may end itself then.
    class Entry {
      public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        virtual ~Entry() = default;
        virtual void called() noexcept = 0;
        /// Another one has its place in the queue.
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

        std::condition_variable woken;
        State state = State::waits;
    };

    FairQueue() = default;
    FairQueue(const FairQueue&) = delete;
    FairQueue& operator=(const FairQueue&) = delete;
    ~FairQueue() = default;

    /// False when as many as `limit` wait already, and none of them gives way.
    [[nodiscard]] bool join(const std::string& party, Entry& newcomer, std::size_t limit);
    /// Takes out one that waits no longer.
    void leave(const Entry& one) noexcept;
    /// Calls the next, if anyone waits.
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

    Parties parties_;  ///< those of whom anyone waits, in the order of their turns
    std::size_t size_ = 0;
};

}  // namespace keyward
