#include "service/idempotency/idempotency_turns.hpp"

namespace keyward::service {

/// A waiting request.
class IdempotencyTurns::Waiting {
  public:
    explicit Waiting(IdempotencyTurns& turns) KEYWARD_REQUIRES(turns.mutex_) : turns_(turns) {
        if (turns.ending_ || turns.waiting_ >= turns.most_waiting_) throw still_running();
        ++turns.waiting_;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    Waiting(Waiting&&) = delete;
    Waiting& operator=(Waiting&&) = delete;
    ~Waiting() {
        turns_.mutex_.assert_held();  // destroyed before the lock under which it was made
        --turns_.waiting_;
    }

  private:
    IdempotencyTurns& turns_;
};

IdempotencyTurns::Turn IdempotencyTurns::take(const IdempotencyName& name, const std::string& fingerprint,
                                              Until until) {
    const Lock lock(mutex_);
    std::optional<Waiting> waiting;
    while (true) {
        const auto [holder, is_ours] = taken_.try_emplace(name, fingerprint);
        if (is_ours) return {*this, name};
        if (holder->second != fingerprint) throw another_request();
        if (!waiting) waiting.emplace(*this);
        if (!changed_.wait_until(mutex_, until) || ending_) throw still_running();
    }
}

std::optional<IdempotencyTurns::Turn> IdempotencyTurns::try_take(const IdempotencyName& name,
                                                                 const std::string& fingerprint) {
    const Lock lock(mutex_);
    if (!taken_.try_emplace(name, fingerprint).second) return std::nullopt;
    return Turn(*this, name);
}

void IdempotencyTurns::pause(std::chrono::milliseconds time) {
    const Lock lock(mutex_);
    const Waiting waiting(*this);
    if (changed_.wait_for(mutex_, time, [&]() KEYWARD_REQUIRES(mutex_) { return ending_; }))
        throw still_running();
}

void IdempotencyTurns::end_waiting() {
    const Lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
}

void IdempotencyTurns::give_back(const IdempotencyName& name) {
    const Lock lock(mutex_);
    taken_.erase(name);
    changed_.notify_all();
}

ServiceError still_running() {
    return {ErrorKind::overloaded,
            "The first request with this Idempotency-Key has not ended yet; repeat it later"};
}

ServiceError another_request() {
    return {ErrorKind::conflict,
            "The Idempotency-Key was sent with another request before: its method, path, query or body "
            "differs. "
            "Send what was sent then, or a new Idempotency-Key"};
}

}  // namespace keyward::service
