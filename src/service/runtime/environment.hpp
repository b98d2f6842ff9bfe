#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "domain/errors.hpp"
#include "domain/token.hpp"
#include "service/runtime/breaker.hpp"
#include "service/runtime/call.hpp"

namespace keyward::service {

struct CallHere;

/// The description of an environment, and the limits that isolate its failures.
struct EnvironmentProfile {
    std::string name;
    std::string type;              ///< PRODUCTION, SANDBOX, TEST
    std::string description;       ///< for people
    std::size_t workers = 16;      ///< calls that may be in the token at once; threads are started as needed
    std::size_t queue_limit = 64;  ///< calls that may wait for a place in the token
    std::chrono::milliseconds deadline{5000};
    std::size_t breaker_limit = 3;
};

/// Whether an environment's token answers, as last probed.
enum class Health { unknown, up, down };

/// One environment: a token behind a bulkhead of its own worker threads, queue limit, deadline and circuit
/// breaker, so that a dead or hung HSM affects only its own environment. At most as many calls are in the
/// token at once as the profile has workers, on any thread. A worker's thread is started when a call would
/// wait for one, and stays.
///
/// Where all places in the token are taken, calls wait in a queue that is fair among users; calls of the
/// service itself count as a user with an empty name. Where too many wait, a call of a user with few waiting
/// calls displaces one of the user with the most. Thread-safe.
class Environment {
  public:
    Environment(EnvironmentProfile profile, std::shared_ptr<Token> token);
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    Environment(Environment&&) = delete;
    Environment& operator=(Environment&&) = delete;
    ~Environment();

    [[nodiscard]] const EnvironmentProfile& profile() const { return profile_; }
    [[nodiscard]] const std::string& name() const { return profile_.name; }
    [[nodiscard]] Health health() const;

    /// Queues the call for a worker and returns at once. Its deadline starts now; it is the profile's unless
    /// another is given. Throws TokenError when the breaker is open (unreachable, or pin) or too many wait
    /// (busy).
    template <typename Result>
    std::shared_ptr<Call<Result>> begin(typename Call<Result>::Work work,
                                        typename Call<Result>::WhenLate when_late = {},
                                        std::optional<std::chrono::milliseconds> deadline = {},
                                        const std::string& user = {}) {
        refuse_when_open();
        auto call = std::make_shared<Call<Result>>(
            std::move(work), std::move(when_late),
            std::chrono::steady_clock::now() + deadline.value_or(profile_.deadline));
        push(call, user);
        return call;
    }

    /// begin and wait in one.
    template <typename Result>
    Result call(typename Call<Result>::Work work, std::optional<std::chrono::milliseconds> deadline = {}) {
        return wait(*begin<Result>(std::move(work), {}, deadline), deadline);
    }

    /// Runs a call on the caller's own thread: a use of a key takes some microseconds in a token, and passing
    /// it to a worker and back takes longer. When it still runs at the deadline, the responder is told to
    /// give up, and the thread is blocked for as long as the call hangs. Throws as `call`; throws
    /// CallTimedOut also when the responder has given up.
    template <typename Result>
    Result call_here(const std::function<Result(Token&)>& work, DeadlineResponder& responder,
                     const std::string& user) {
        std::optional<Result> result;
        run_here([&](Token& token) { result = work(token); }, responder, user);
        return *std::move(result);
    }

    /// Waits for a call of this environment that was begun with this deadline. The breaker counts its result,
    /// including a time-out.
    template <typename Result>
    Result wait(Call<Result>& call, std::optional<std::chrono::milliseconds> deadline = {}) {
        try {
            Result result = call.wait();
            breaker_.succeeded();
            return result;
        } catch (const CallTimedOut& late) {
            const auto limit = deadline.value_or(profile_.deadline);
            if (late.started()) breaker_.timed_out(std::chrono::steady_clock::now() - limit);
            throw CallTimedOut(late.started() ? timed_out_text(limit) : too_many_waiting_text(),
                               late.started());
        } catch (const TokenError& error) {
            breaker_.failed(error.fault());
            throw;
        }
    }

    /// Pings the token, even when the breaker is open, unless the last ping is still running. Never blocks.
    void probe();

    /// When the environment's module was last reinitialized for a second look (Token::refresh), as reported
    /// by note_refresh.
    [[nodiscard]] Instant last_refresh() const { return last_refresh_; }
    void note_refresh(Instant at) { last_refresh_ = at; }

    /// Logs in again with the PIN that its source returns now.
    void reload_pin();

    /// The number of calls that wait for a place in the token.
    [[nodiscard]] std::size_t waiting_calls() const;
    /// The number of workers started so far.
    [[nodiscard]] std::size_t started_workers() const;

    /// Ends the workers; queued calls are not started. Returns false when a call still hangs in the module at
    /// the limit: then the process must end without destroying the token (std::_Exit).
    bool stop(std::chrono::milliseconds limit);

  private:
    struct Shared;  ///< lives as long as the last worker, even one that hangs
    class ProbeTurn;

    void run_here(const std::function<void(Token&)>& work, DeadlineResponder& responder,
                  const std::string& user);
    void enter(CallHere& call);
    void leave(CallHere& call);
    [[nodiscard]] std::string too_many_waiting_text() const;
    void refuse_when_open() const;
    void push(std::shared_ptr<QueuedCall> call, const std::string& user);
    [[nodiscard]] std::string timed_out_text(std::chrono::milliseconds deadline) const;

    EnvironmentProfile profile_;
    std::shared_ptr<Shared> shared_;
    Breaker& breaker_;
    std::thread watch_;
    std::atomic<Instant> last_refresh_{Instant{}};
};

}  // namespace keyward::service
