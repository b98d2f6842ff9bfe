#include "service/idempotency/idempotency_turns.hpp"

namespace keyward::service {

/// A waiting request. The mutex is held when it is constructed and destroyed.
class IdempotencyTurns::Waiting {
  public:
    explicit Waiting(IdempotencyTurns& turns) : turns_(turns) {
        if (turns_.ending_ || turns_.waiting_ >= turns_.most_waiting_) throw still_running();
        ++turns_.waiting_;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    Waiting(Waiting&&) = delete;
    Waiting& operator=(Waiting&&) = delete;
    ~Waiting() { --turns_.waiting_; }

  private:
    IdempotencyTurns& turns_;
};

IdempotencyTurns::Turn IdempotencyTurns::take(const IdempotencyName& name, const std::string& fingerprint,
                                              Until until) {
    std::unique_lock lock(mutex_);
    std::optional<Waiting> waiting;
    while (true) {
        const auto [holder, is_ours] = taken_.try_emplace(name, fingerprint);
        if (is_ours) return {*this, name};
        if (holder->second != fingerprint) throw another_request();
        if (!waiting) waiting.emplace(*this);
        if (changed_.wait_until(lock, until) == std::cv_status::timeout || ending_) throw still_running();
    }
}

std::optional<IdempotencyTurns::Turn> IdempotencyTurns::try_take(const IdempotencyName& name,
                                                                 const std::string& fingerprint) {
    const std::lock_guard lock(mutex_);
    if (!taken_.try_emplace(name, fingerprint).second) return std::nullopt;
    return Turn(*this, name);
}

void IdempotencyTurns::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    const Waiting waiting(*this);
    if (changed_.wait_for(lock, time, [&] { return ending_; })) throw still_running();
}

void IdempotencyTurns::end_waiting() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
}

void IdempotencyTurns::give_back(const IdempotencyName& name) {
    const std::lock_guard lock(mutex_);
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
