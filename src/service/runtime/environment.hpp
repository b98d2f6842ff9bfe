#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "domain/errors.hpp"
#include "domain/token.hpp"
#include "service/runtime/breaker.hpp"
#include "service/runtime/call.hpp"
#include "service/runtime/deadline_responder.hpp"

namespace keyward::service {

struct CallHere;

/// What is said of an environment, and the limits that keep its troubles its own.
struct EnvironmentProfile {
    std::string name;
    std::string type;              ///< PRODUCTION, SANDBOX, TEST
    std::string description;       ///< for people
    std::size_t workers = 16;      ///< calls that may be in the token at once; threads are started as needed
    std::size_t queue_limit = 64;  ///< calls that may wait for a place in the token
    std::chrono::milliseconds deadline{5000};
    std::size_t breaker_limit = 3;
};

/// Whether an environment's token answers, as known without asking it now.
enum class Health { unknown, up, down };

/// One environment: a token behind a bulkhead of its own worker threads, queue limit, deadline and circuit
/// breaker, so that a dead or hung HSM costs its own environment and no other. At most as many calls are in
/// the token at once as the profile has workers, whoever's thread they run on. A worker's thread is started
/// when a call would wait for one, and stays.
///
/// Where all places in the token are taken, calls wait by turns of their users; what the service does for
/// itself counts as a user of no name. Where too many wait, a user of whom few do displaces a call of the one
/// of whom most do. Any thread may call.
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

    /// Has a worker make the call once it has a place, and returns at once; its deadline runs from now, the
    /// profile's unless another is given. Throws TokenError when the breaker is open (unreachable, or pin)
    /// or too many wait (busy).
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

    /// Runs a call on the caller's own thread: a use of a key takes some microseconds in a token, and handing
    /// it to a worker and back takes longer. When it still runs at the deadline, the waiter is told to give
    /// up, and the thread stays away for as long as the call hangs. Throws as `call`; CallTimedOut also when
    /// the waiter has given up.
    template <typename Result>
    Result call_here(const std::function<Result(Token&)>& work, DeadlineResponder& responder,
                     const std::string& user) {
        std::optional<Result> result;
        run_here([&](Token& token) { result = work(token); }, responder, user);
        return *std::move(result);
    }

    /// Waits for a call of this environment that was begun with this deadline. What came of it, a time-out
    /// included, is what the breaker counts.
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

    /// Asks the token for a sign of life, past the breaker, unless the last such question is still open.
    /// Never waits.
    void probe();

    /// When its module was last re-initialised for a second look (Token::refresh), as those who did it say.
    [[nodiscard]] Instant last_refresh() const { return last_refresh_; }
    void note_refresh(Instant at) { last_refresh_ = at; }

    /// Logs in again with the PIN that its source gives now.
    void reload_pin();

    /// How many calls wait for a place in the token.
    [[nodiscard]] std::size_t waiting_calls() const;
    /// How many workers have been started so far.
    [[nodiscard]] std::size_t started_workers() const;

    /// Ends the workers; calls in the queue are not started. False when a call still hangs in the module at
    /// the limit: then the process must end without destroying the token (std::_Exit).
    bool stop(std::chrono::milliseconds limit);

  private:
    struct Shared;  ///< lives as long as the last worker, also one that hangs
    class ProbeTurn;

    void run_here(const std::function<void(Token&)>& work, DeadlineResponder& responder,
                  const std::string& user);
    void enter(CallHere& call);
    void leave(CallHere& call);
    void end_threads(void (std::thread::*end)());
    [[nodiscard]] std::string too_many_waiting_text() const;
    void refuse_when_open() const;
    void start_worker();
    void push(std::shared_ptr<QueuedCall> call, const std::string& user);
    [[nodiscard]] std::string timed_out_text(std::chrono::milliseconds deadline) const;

    EnvironmentProfile profile_;
    std::shared_ptr<Shared> shared_;
    Breaker& breaker_;
    std::vector<std::thread> workers_;
    std::thread watch_;
    std::atomic<Instant> last_refresh_{Instant{}};
};

}  // namespace keyward::service
