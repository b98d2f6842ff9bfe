#include "service/environment.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>

#include "core/clock.hpp"
#include "core/contain.hpp"
#include "core/log.hpp"
#include "service/fair_queue.hpp"
#include "service/token_errors.hpp"

namespace keyward::service {

namespace {

/// How late a deadline may be noticed: by a small part of itself.
std::chrono::milliseconds tick_of(std::chrono::milliseconds deadline) {
    return std::clamp(deadline / 16, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

/// Of the workers among the users: no user has a name of that kind.
const std::string workers_party;

}  // namespace

/// A call on its caller's thread.
struct CallHere {
    Waiter& waiter;
    const std::string& user;
    SteadyTime deadline;
    SteadyTime entered{};
    bool given_up = false;
};

struct Environment::Shared {
    Shared(std::shared_ptr<Token> the_token, std::size_t the_places, std::size_t breaker_limit)
        : token(std::move(the_token)), places(the_places), breaker(breaker_limit) {
        here.reserve(places);  // those who have a place are entered without memory
    }

    std::shared_ptr<Token> token;
    const std::size_t places;  ///< calls that may be in the token at once
    Breaker breaker;
    std::mutex mutex;
    std::condition_variable changed;
    std::condition_variable watch_may_end;  ///< of its own: woken in a worker's stead, the watch would leave
                                            ///< the call lying that it was woken for
    std::deque<std::shared_ptr<QueuedCall>> queue;
    FairQueue place_queue;  ///< of calls on their callers' threads by users, and of the workers
    std::vector<CallHere*> here;
    std::size_t taken_places = 0;
    std::size_t running_workers = 0;
    std::size_t idle_workers = 0;
    bool stopping = false;
    std::atomic<bool> has_answered = false;
    std::atomic<bool> probing = false;
    std::atomic<SteadyTime> probe_started{SteadyTime{}};

    /// Calls that wait, wherever: each of them may keep a request waiting.
    [[nodiscard]] std::size_t waiting() const { return queue.size() + place_queue.size(); }

    /// Null when the worker is to end. Else the worker has a place.
    std::shared_ptr<QueuedCall> next() {
        std::unique_lock lock(mutex);
        ++idle_workers;
        changed.wait(lock, [&] { return stopping || !queue.empty(); });
        --idle_workers;
        if (stopping) return nullptr;
        auto call = std::move(queue.front());
        queue.pop_front();
        // The queue's limit let the call in: a user's call that takes the worker's turn does not end it.
        auto turn = FairQueue::State::displaced;
        while (turn == FairQueue::State::displaced && !stopping)
            turn =
                take_place(lock, workers_party, SteadyTime::max(), std::numeric_limits<std::size_t>::max());
        if (!stopping) return call;
        if (turn == FairQueue::State::called) leave_place();
        return nullptr;
    }

    void work() {
        bool goes_on = true;
        while (goes_on)  // where there is no memory to wait for a place, the call is not run
            contain("worker of an environment", [&] { goes_on = run_next(); });
        const std::lock_guard lock(mutex);
        --running_workers;
        changed.notify_all();
    }

    /// False when the worker is to end.
    bool run_next() {
        const auto call = next();
        if (!call) return false;
        contain("call of an environment", [&] { call->run(*token); });
        const std::lock_guard lock(mutex);
        leave_place();
        return true;
    }

    void leave_place() {
        if (stopping || !place_queue.call_next()) --taken_places;
        if (stopping) changed.notify_all();
    }

    /// `called` when there is a place, taken in its turn; `displaced` when too many wait or the environment
    /// is being stopped; `waits` when the deadline passed.
    FairQueue::State take_place(std::unique_lock<std::mutex>& lock, const std::string& party,
                                SteadyTime deadline, std::size_t limit) {
        if (taken_places < places) {  // then the queue is empty
            ++taken_places;
            return FairQueue::State::called;
        }
        FairQueue::Waiting self;
        const std::size_t room = limit - std::min(limit, queue.size());
        if (!place_queue.join(party, self, room)) return FairQueue::State::displaced;
        const auto is_over = [&] { return self.state != FairQueue::State::waits; };
        if (deadline == SteadyTime::max())
            self.woken.wait(lock, is_over);
        else if (!self.woken.wait_until(lock, deadline, is_over))
            place_queue.leave(self);
        return self.state;
    }

    /// Lets those go whose calls hang. There is no hurry, so nobody wakes it.
    void watch(std::chrono::milliseconds deadline, const std::function<ServiceError(bool hangs)>& timed_out) {
        const auto tick = tick_of(deadline);
        std::unique_lock lock(mutex);
        while (!watch_may_end.wait_for(lock, tick, [&] { return stopping && here.empty(); })) {
            const auto now = std::chrono::steady_clock::now();
            // One that could not be let go is let go at the next look.
            for (CallHere* const call : here)
                if (!call->given_up && call->deadline <= now)
                    contain("watch of an environment", [&] { let_go(*call, now, deadline, timed_out); });
        }
    }

    void let_go(CallHere& call, SteadyTime now, std::chrono::milliseconds deadline,
                const std::function<ServiceError(bool hangs)>& timed_out) {
        // One that waited for its place for most of its time says nothing of the token.
        const bool hangs = 2 * (now - call.entered) >= deadline;
        const ServiceError why = timed_out(hangs);
        call.given_up = true;
        if (hangs) breaker.timed_out(call.entered);
        call.waiter.give_up(why);
    }

    void ask_for_life() {
        try {
            token->ping();
            breaker.succeeded();
            has_answered = true;
        } catch (const TokenError& error) {
            breaker.failed(error.fault());
        }
    }
};

/// The one question for a sign of life that may be open at a time: over when this ends, however it does.
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

    /// False while another one is open.
    bool take() {
        taken_ = !shared_->probing.exchange(true);
        if (taken_) shared_->probe_started = std::chrono::steady_clock::now();
        return taken_;
    }
    void ask() const { shared_->ask_for_life(); }

  private:
    const std::shared_ptr<Shared> shared_;
    bool taken_ = false;
};

namespace {

/// For an end that nobody prepared with `stop`: a call that hangs is left behind with the token it holds.
constexpr std::chrono::milliseconds destructor_patience{2000};

}  // namespace

Environment::Environment(EnvironmentProfile profile, std::shared_ptr<Token> token)
    : profile_(std::move(profile)),
      shared_(std::make_shared<Shared>(std::move(token), profile_.workers, profile_.breaker_limit)),
      breaker_(shared_->breaker) {
    note_refresh(system_now());  // its module is initialised by the first call
    workers_.reserve(profile_.workers);
    watch_ = std::thread([shared = shared_, deadline = profile_.deadline, environment = name(),
                          text = timed_out_text(profile_.deadline)] {
        shared->watch(deadline, [&](bool hangs) {
            return service_error_of(CallTimedOut(text, hangs), environment, {});
        });
    });
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
    const auto turn = std::make_shared<ProbeTurn>(shared_);
    if (!turn->take()) return;
    try {
        // A probe waits as long as it takes: while it hangs, so does the token, and there is no use in a
        // second one.
        push(std::make_shared<Call<bool>>(
            [turn](Token&) {
                turn->ask();
                return true;
            },
            nullptr, SteadyTime::max()));
    } catch (const TokenError&) {
        // The queue is full: the calls in it say as much as a probe would.
    }
}

std::size_t Environment::waiting_calls() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->waiting();
}

std::size_t Environment::started_workers() const {
    const std::lock_guard lock(shared_->mutex);
    return workers_.size();
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
        shared_->place_queue.displace_all();
        shared_->watch_may_end.notify_all();
        const auto all_left = [&] { return shared_->running_workers == 0 && shared_->taken_places == 0; };
        if (!shared_->changed.wait_for(lock, limit, all_left)) {
            end_threads(&std::thread::detach);
            return false;
        }
    }
    end_threads(&std::thread::join);
    return true;
}

void Environment::end_threads(void (std::thread::*end)()) {
    for (std::thread& worker : workers_)
        (worker.*end)();
    workers_.clear();
    if (watch_.joinable()) (watch_.*end)();
}

void Environment::run_here(const std::function<void(Token&)>& work, Waiter& waiter, const std::string& user) {
    refuse_when_open();
    CallHere call{waiter, user, std::chrono::steady_clock::now() + profile_.deadline};
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
    std::unique_lock lock(shared_->mutex);
    const State turn = shared_->stopping
                           ? State::displaced
                           : shared_->take_place(lock, call.user, call.deadline, profile_.queue_limit);
    if (shared_->stopping && turn == State::called) shared_->leave_place();
    if (shared_->stopping) throw TokenError(TokenFault::busy, "The service is being stopped");
    if (turn == State::displaced) throw too_many_waiting();
    if (turn == State::waits) throw CallTimedOut(timed_out_text(profile_.deadline), false);
    call.entered = std::chrono::steady_clock::now();
    shared_->here.push_back(&call);
}

void Environment::leave(CallHere& call) {
    const std::lock_guard lock(shared_->mutex);
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

void Environment::push(std::shared_ptr<QueuedCall> call) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopping) throw TokenError(TokenFault::busy, "The service is being stopped");
    if (shared_->waiting() >= profile_.queue_limit) throw too_many_waiting();
    shared_->queue.push_back(std::move(call));
    if (shared_->idle_workers < shared_->queue.size() && workers_.size() < profile_.workers) start_worker();
    shared_->changed.notify_one();
}

/// With the mutex held. Where no thread can be had, those there are do the work.
void Environment::start_worker() {
    try {
        workers_.emplace_back([shared = shared_] { shared->work(); });
        ++shared_->running_workers;
    } catch (const std::exception&) {  // no thread, or no memory for one
        log::warn("thread.not_started", {{"environment", name()}, {"workers", workers_.size()}});
        if (!workers_.empty()) return;
        shared_->queue.pop_back();
        throw TokenError(TokenFault::busy,
                         "There is no thread left to call the token of environment " + name());
    }
}

TokenError Environment::too_many_waiting() const {
    return {TokenFault::busy, "Environment " + name() + " has too many calls waiting"};
}

std::string Environment::timed_out_text(std::chrono::milliseconds deadline) const {
    return "The token of environment " + name() + " did not answer within " + duration_text(deadline);
}

}  // namespace keyward::service
