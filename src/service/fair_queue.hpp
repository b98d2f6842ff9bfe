#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <string>

namespace keyward::service {

/// Those who wait for a place, called by turns of the parties that they belong to, and within a party in the
/// order in which they came: a party with a hundred waiting delays the first of another by one turn. A full
/// queue takes a newcomer in only in the place of the last of the party of which most wait, and only if fewer
/// wait of the newcomer's own.
///
/// The owner's mutex guards it, and those who wait wait with it. Only `join` takes memory.
class FairQueue {
  public:
    enum class State { waits, called, displaced };
    struct Waiting {
        std::condition_variable woken;
        State state = State::waits;
    };

    FairQueue() = default;
    FairQueue(const FairQueue&) = delete;
    FairQueue& operator=(const FairQueue&) = delete;
    ~FairQueue() = default;

    /// False when as many as `limit` wait already, and none of them gives way.
    [[nodiscard]] bool join(const std::string& party, Waiting& newcomer, std::size_t limit);
    /// Takes out one that waits no longer.
    void leave(const Waiting& one) noexcept;
    /// Calls the next, if anyone waits.
    bool call_next() noexcept;
    void displace_all() noexcept;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

  private:
    struct Party {
        std::string name;
        std::list<Waiting*> waiting = {};
    };
    using Parties = std::list<Party>;

    Parties::iterator find(const std::string& name);
    bool displace_for(std::size_t of_newcomers_party) noexcept;
    void wake(Waiting& one, State state) noexcept;

    Parties parties_;  ///< those of whom anyone waits, in the order of their turns
    std::size_t size_ = 0;
};

}  // namespace keyward::service
