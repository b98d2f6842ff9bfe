#include "service/runtime/environment.hpp"

#include <algorithm>
#include <exception>
#include <list>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/contain.hpp"
#include "base/fair_queue.hpp"
#include "base/log.hpp"
#include "base/mutex.hpp"
#include "service/runtime/token_errors.hpp"

namespace keyward::service {

namespace {

/// How late a deadline may be noticed: by a small part of itself.
std::chrono::milliseconds tick_of(std::chrono::milliseconds deadline) {
    return std::clamp(deadline / 16, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

/// A call on its caller's thread.
struct CallHere {
    DeadlineResponder& responder;
    const std::string& user;
    SteadyTime deadline;
    SteadyTime entered{};
    bool given_up = false;
};

struct Environment::Shared {
    Shared(std::shared_ptr<Token> the_token, std::size_t the_places, std::size_t breaker_limit)
        : token(std::move(the_token)), places(the_places), breaker(breaker_limit) {
        here.reserve(places);  // so that a call that has a place is entered without allocating
        workers.reserve(places);
    }

    /// A call for a worker: in `waiting_calls` until it has a place, then in `ready_calls`.
    struct WorkersCall final : FairQueue::Entry {
        WorkersCall(Shared& the_owner, std::shared_ptr<QueuedCall> the_call)
            : owner(the_owner), call(std::move(the_call)) {}
        void called() noexcept override {
            owner.mutex.assert_held();  // by the caller of the queue
            owner.make_ready(position);
        }
        void displaced() noexcept override {
            owner.mutex.assert_held();
            call->refuse();
            owner.waiting_calls.erase(position);
        }

        Shared& owner;
        std::shared_ptr<QueuedCall> call;
        std::list<WorkersCall>::iterator position;
    };
    using WorkersCalls = std::list<WorkersCall>;

    std::shared_ptr<Token> token;
    const std::size_t places;  ///< calls that may be in the token at once
    Breaker breaker;
    Mutex mutex;
    ConditionVariable changed;
    ConditionVariable watch_may_end;  ///< separate from `changed`: if a notification for a worker woke
                                      ///< the watch instead, its call would not be run
    FairQueue place_queue KEYWARD_GUARDED_BY(mutex);  ///< all waiting calls, by their users
    WorkersCalls waiting_calls KEYWARD_GUARDED_BY(mutex);
    WorkersCalls ready_calls KEYWARD_GUARDED_BY(mutex);
    std::vector<CallHere*> here KEYWARD_GUARDED_BY(mutex);
    std::size_t taken_places KEYWARD_GUARDED_BY(mutex) = 0;
    std::size_t running_workers KEYWARD_GUARDED_BY(mutex) = 0;
    std::size_t busy_workers KEYWARD_GUARDED_BY(mutex) = 0;
    std::vector<std::thread> workers KEYWARD_GUARDED_BY(mutex);
    bool stopping KEYWARD_GUARDED_BY(mutex) = false;
    std::atomic<bool> has_answered = false;
    std::atomic<bool> probing = false;
    std::atomic<SteadyTime> probe_started{SteadyTime{}};

    /// Whether every worker has a call, or will have one of those that wait.
    [[nodiscard]] bool needs_worker() const KEYWARD_REQUIRES(mutex) {
        return running_workers - busy_workers <= waiting_calls.size() + ready_calls.size();
    }

    void make_ready(WorkersCalls::iterator call) noexcept KEYWARD_REQUIRES(mutex) {
        ready_calls.splice(ready_calls.end(), waiting_calls, call);
        changed.notify_one();
    }

    /// False when too many wait.
    bool add(std::shared_ptr<QueuedCall> call, const std::string& user, std::size_t limit)
        KEYWARD_REQUIRES(mutex) {
        WorkersCalls one;
        WorkersCall& added = one.emplace_back(*this, std::move(call));
        added.position = one.begin();
        const bool has_place = taken_places < places;  // then the queue is empty
        if (!has_place && !place_queue.join(user, added, limit)) return false;
        waiting_calls.splice(waiting_calls.end(), one);
        if (!has_place) return true;
        ++taken_places;
        make_ready(added.position);
        return true;
    }

    /// Null when the worker must end. The call has its place already.
    std::shared_ptr<QueuedCall> next() {
        const Lock lock(mutex);
        changed.wait(mutex, [&]() KEYWARD_REQUIRES(mutex) { return stopping || !ready_calls.empty(); });
        if (stopping) return nullptr;
        auto call = std::move(ready_calls.front().call);
        ready_calls.pop_front();
        ++busy_workers;
        return call;
    }

    void work() {
        while (const auto call = next()) {
            contain("call of an environment", [&] { call->run(*token); });
            const Lock lock(mutex);
            --busy_workers;
            leave_place();
        }
        const Lock lock(mutex);
        --running_workers;
        changed.notify_all();
    }

    /// Where no thread can be created, the existing ones do the work. `self` is this object.
    void start_worker(const std::shared_ptr<Shared>& self, const std::string& environment)
        KEYWARD_REQUIRES(mutex) {
        try {
            workers.emplace_back([self] { self->work(); });
            ++running_workers;
        } catch (const std::exception&) {  // no thread, or no memory for one
            log::warn("thread.not_started", {{"environment", environment}, {"workers", workers.size()}});
            if (!workers.empty()) return;
            throw TokenError(TokenFault::busy,
                             "There is no thread left to call the token of environment " + environment);
        }
    }

    void leave_place() KEYWARD_REQUIRES(mutex) {
        if (stopping || !place_queue.call_next()) --taken_places;
        if (stopping) changed.notify_all();
    }

    /// `called` when there is a place, taken in turn; `displaced` when too many wait or the environment is
    /// being stopped; `waits` when the deadline passed.
    FairQueue::State take_place(const CallHere& call, std::size_t limit) KEYWARD_REQUIRES(mutex) {
        if (taken_places < places) {  // then the queue is empty
            ++taken_places;
            return FairQueue::State::called;
        }
        FairQueue::Waiting self;
        if (!place_queue.join(call.user, self, limit)) return FairQueue::State::displaced;
        const auto is_over = [&] { return self.state != FairQueue::State::waits; };
        if (!self.woken.wait_until(mutex, call.deadline, is_over)) place_queue.leave(self);
        return self.state;
    }

    void stop() KEYWARD_REQUIRES(mutex) {
        stopping = true;
        place_queue.displace_all();
        for (const WorkersCall& ready : ready_calls)
            ready.call->refuse();
        taken_places -= ready_calls.size();
        ready_calls.clear();
        changed.notify_all();
        watch_may_end.notify_all();
    }

    /// Answers for calls that hang. It polls and needs no notification, since some delay is acceptable.
    void watch(std::chrono::milliseconds deadline, const std::function<ServiceError(bool hangs)>& timed_out) {
        const auto tick = tick_of(deadline);
        const Lock lock(mutex);
        while (!watch_may_end.wait_for(mutex, tick,
                                       [&]() KEYWARD_REQUIRES(mutex) { return stopping && here.empty(); })) {
            const auto now = std::chrono::steady_clock::now();
            // A call for which this fails is tried again at the next tick.
            for (CallHere* const call : here)
                if (!call->given_up && call->deadline <= now)
                    contain("watch of an environment", [&] {
                        mutex.assert_held();  // by the lock above
                        let_go(*call, now, deadline, timed_out);
                    });
        }
    }

    void let_go(CallHere& call, SteadyTime now, std::chrono::milliseconds deadline,
                const std::function<ServiceError(bool hangs)>& timed_out) KEYWARD_REQUIRES(mutex) {
        // A call that waited for its place for most of its time says nothing about the token.
        const bool hangs = 2 * (now - call.entered) >= deadline;
        const ServiceError why = timed_out(hangs);
        call.given_up = true;
        if (hangs) breaker.timed_out(call.entered);
        call.responder.give_up(why);
    }

    void ping() {
        try {
            token->ping();
            breaker.succeeded();
            has_answered = true;
        } catch (const TokenError& error) {
            breaker.failed(error.fault());
        }
    }
};

/// The right to the only ping that may run at a time. The destructor gives it back.
class Environment::ProbeTurn {
  public:
    explicit ProbeTurn(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    ProbeTurn(const ProbeTurn&) = delete;
    ProbeTurn& operator=(const ProbeTurn&) = delete;
    ProbeTurn(ProbeTurn&&) = delete;
    ProbeTurn& operator=(ProbeTurn&&) = delete;
    ~ProbeTurn() {
        if (taken_) shared_->probing = false;
    }

    /// False while another ping is running.
    bool take() {
        taken_ = !shared_->probing.exchange(true);
        if (taken_) shared_->probe_started = std::chrono::steady_clock::now();
        return taken_;
    }
    void ask() const { shared_->ping(); }

  private:
    const std::shared_ptr<Shared> shared_;
    bool taken_ = false;
};

Environment::Environment(EnvironmentProfile profile, std::shared_ptr<Token> token)
    : profile_(std::move(profile)),
      shared_(std::make_shared<Shared>(std::move(token), profile_.workers, profile_.breaker_limit)),
      breaker_(shared_->breaker) {
    note_refresh(system_now());  // its module is initialized by the first call
    watch_ = std::thread([shared = shared_, deadline = profile_.deadline, environment = name(),
                          text = timed_out_text(profile_.deadline)] {
        shared->watch(deadline, [&](bool hangs) {
            return service_error_of(CallTimedOut(text, hangs), environment, {});
        });
    });
}

/// For a destruction without a preceding `stop`: a call that hangs is left behind with the token it holds.
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
    const auto turn = std::make_shared<ProbeTurn>(shared_);
    if (!turn->take()) return;
    try {
        // A probe has no deadline: while it hangs, so does the token, and a second one is useless.
        push(std::make_shared<Call<bool>>(
                 [turn](Token&) {
                     turn->ask();
                     return true;
                 },
                 nullptr, SteadyTime::max()),
             "a probe");
    } catch (const TokenError&) {
        // The queue is full: the calls in it show as much as a probe would.
    }
}

std::size_t Environment::waiting_calls() const {
    const Lock lock(shared_->mutex);
    return shared_->place_queue.size();
}

std::size_t Environment::started_workers() const {
    const Lock lock(shared_->mutex);
    return shared_->workers.size();
}

void Environment::reload_pin() {
    shared_->token->reload_pin();
}

bool Environment::stop(std::chrono::milliseconds limit) {
    bool all_left = false;
    std::vector<std::thread> workers;
    {
        const Lock lock(shared_->mutex);
        shared_->stop();
        all_left = shared_->changed.wait_for(shared_->mutex, limit, [&]() KEYWARD_REQUIRES(shared_->mutex) {
            return shared_->running_workers == 0 && shared_->taken_places == 0;
        });
        workers.swap(shared_->workers);
    }
    const auto end = all_left ? &std::thread::join : &std::thread::detach;
    for (std::thread& worker : workers)
        (worker.*end)();
    if (watch_.joinable()) (watch_.*end)();
    return all_left;
}

void Environment::run_here(const std::function<void(Token&)>& work, DeadlineResponder& responder,
                           const std::string& user) {
    refuse_when_open();
    CallHere call{.responder = responder,
                  .user = user,
                  .deadline = std::chrono::steady_clock::now() + profile_.deadline};
    enter(call);
    std::exception_ptr error;
    try {
        work(*shared_->token);
    } catch (...) {
        error = std::current_exception();
    }
    leave(call);
    if (call.given_up) throw CallTimedOut(timed_out_text(profile_.deadline), true);
    if (!error) return breaker_.succeeded();
    try {
        std::rethrow_exception(error);
    } catch (const TokenError& failed) {
        breaker_.failed(failed.fault());
        throw;
    }
}

void Environment::enter(CallHere& call) {
    using State = FairQueue::State;
    const Lock lock(shared_->mutex);
    const State turn = shared_->stopping ? State::displaced : shared_->take_place(call, profile_.queue_limit);
    if (shared_->stopping && turn == State::called) shared_->leave_place();
    if (shared_->stopping) throw TokenError(TokenFault::busy, "The service is being stopped");
    if (turn == State::displaced) throw TokenError(TokenFault::busy, too_many_waiting_text());
    if (turn == State::waits) throw CallTimedOut(too_many_waiting_text(), false);
    call.entered = std::chrono::steady_clock::now();
    shared_->here.push_back(&call);
}

void Environment::leave(CallHere& call) {
    const Lock lock(shared_->mutex);
    std::erase(shared_->here, &call);
    shared_->leave_place();
    if (shared_->stopping) shared_->watch_may_end.notify_all();
}

void Environment::refuse_when_open() const {
    if (!breaker_.is_open()) return;
    if (breaker_.last_fault() == TokenFault::pin)
        throw TokenError(TokenFault::pin, "The token of environment " + name() +
                                              " can't be logged in to: an operator must put its PIN right");
    throw TokenError(TokenFault::unreachable,
                     "The token of environment " + name() + " can't be reached at present");
}

void Environment::push(std::shared_ptr<QueuedCall> call, const std::string& user) {
    const Lock lock(shared_->mutex);
    if (shared_->stopping) throw TokenError(TokenFault::busy, "The service is being stopped");
    if (shared_->needs_worker() && shared_->workers.size() < profile_.workers)
        shared_->start_worker(shared_, name());
    if (!shared_->add(std::move(call), user, profile_.queue_limit))
        throw TokenError(TokenFault::busy, too_many_waiting_text());
}

std::string Environment::too_many_waiting_text() const {
    return "Environment " + name() + " has too many calls waiting";
}

std::string Environment::timed_out_text(std::chrono::milliseconds deadline) const {
    return "The token of environment " + name() + " did not answer within " + duration_text(deadline);
}

}  // namespace keyward::service
