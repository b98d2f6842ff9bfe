#include "service/environment.hpp"

#include <condition_variable>
#include <mutex>

namespace keyward::service {

struct Environment::Shared {
    Shared(std::shared_ptr<Token> the_token, std::size_t breaker_limit)
        : token(std::move(the_token)), breaker(breaker_limit) {}

    std::shared_ptr<Token> token;
    Breaker breaker;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::shared_ptr<QueuedCall>> queue;
    std::size_t running_workers = 0;
    bool stopping = false;
    std::atomic<bool> has_answered = false;
    std::atomic<bool> probing = false;
    std::atomic<SteadyTime> probe_started{SteadyTime{}};

    std::shared_ptr<QueuedCall> next() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stopping || !queue.empty(); });
        if (stopping) return nullptr;
        auto call = std::move(queue.front());
        queue.pop_front();
        return call;
    }

    void work() {
        while (const auto call = next())
            call->run(*token);
        const std::lock_guard lock(mutex);
        --running_workers;
        changed.notify_all();
    }

    void ask_for_life() {
        try {
            token->ping();
            breaker.succeeded();
            has_answered = true;
        } catch (const TokenError& error) {
            breaker.failed(error.fault());
        }
        probing = false;
    }
};

namespace {

/// For an end that nobody prepared with `stop`: a call that hangs is left behind with the token it holds.
constexpr std::chrono::milliseconds destructor_patience{2000};

std::string seconds_text(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                    : std::to_string(time.count()) + " ms";
}

}  // namespace

Environment::Environment(EnvironmentProfile profile, std::shared_ptr<Token> token)
    : profile_(std::move(profile)),
      shared_(std::make_shared<Shared>(std::move(token), profile_.breaker_limit)),
      breaker_(shared_->breaker) {
    shared_->running_workers = profile_.workers;
    workers_.reserve(profile_.workers);
    for (std::size_t i = 0; i < profile_.workers; ++i)
        workers_.emplace_back([shared = shared_] { shared->work(); });
}

Environment::~Environment() {
    stop(std::chrono::seconds(2));
}

Health Environment::health() const {
    if (breaker_.is_open() || breaker_.last_fault()) return Health::down;
    const bool probe_hangs =
        shared_->probing &&
        std::chrono::steady_clock::now() - shared_->probe_started.load() > profile_.deadline;
    if (probe_hangs) return Health::down;
    return shared_->has_answered ? Health::up : Health::unknown;
}

void Environment::probe() {
    if (shared_->probing.exchange(true)) return;
    shared_->probe_started = std::chrono::steady_clock::now();
    try {
        // A probe waits as long as it takes: while it hangs, so does the token, and there is no use in a
        // second one.
        push(std::make_shared<Call<bool>>(
            [shared = shared_](Token&) {
                shared->ask_for_life();
                return true;
            },
            nullptr, SteadyTime::max()));
    } catch (const TokenError&) {
        shared_->probing = false;
    }
}

void Environment::reload_pin() {
    shared_->token->reload_pin();
}

bool Environment::stop(std::chrono::milliseconds limit) {
    {
        std::unique_lock lock(shared_->mutex);
        shared_->stopping = true;
        shared_->queue.clear();
        shared_->changed.notify_all();
        if (!shared_->changed.wait_for(lock, limit, [&] { return shared_->running_workers == 0; })) {
            for (std::thread& worker : workers_)
                worker.detach();
            workers_.clear();
            return false;
        }
    }
    for (std::thread& worker : workers_)
        worker.join();
    workers_.clear();
    return true;
}

void Environment::refuse_when_open() const {
    if (!breaker_.is_open()) return;
    if (breaker_.last_fault() == TokenFault::pin)
        throw TokenError(TokenFault::pin, "The token of environment " + name() +
                                              " can't be logged in to: an operator must put its PIN right");
    throw TokenError(TokenFault::unreachable,
                     "The token of environment " + name() + " can't be reached at present");
}

void Environment::push(std::shared_ptr<QueuedCall> call) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopping) throw TokenError(TokenFault::busy, "The service is being stopped");
    if (shared_->queue.size() >= profile_.queue_limit)
        throw TokenError(TokenFault::busy, "Environment " + name() + " has too many calls waiting");
    shared_->queue.push_back(std::move(call));
    shared_->changed.notify_one();
}

std::string Environment::timed_out_text(std::chrono::milliseconds deadline) const {
    return "The token of environment " + name() + " did not answer within " + seconds_text(deadline);
}

}  // namespace keyward::service
