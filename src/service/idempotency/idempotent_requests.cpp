#include "service/idempotency/idempotent_requests.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;
using Kind = AttemptOutcome::Kind;

constexpr auto kept_for = 24h;

/// Between two looks at what another process does: short at first, then longer.
class Pauses {
  public:
    std::chrono::milliseconds next() { return std::exchange(next_, std::min(2 * next_, longest)); }

  private:
    static constexpr std::chrono::milliseconds longest = 200ms;
    std::chrono::milliseconds next_ = 25ms;
};

bool has_passed(RepeatTurns::Until until) {
    return std::chrono::steady_clock::now() >= until;
}

}  // namespace

/// An attempt that is ours; it ends, whatever comes of it.
class Repeats::Running {
  public:
    Running(Repeats& repeats, const RepeatName& name, const std::string& fingerprint)
        : repeats_(repeats), name_(name), attempt_{fingerprint, std::nullopt} {
        const std::lock_guard lock(repeats_.mutex_);
        repeats_.in_hand_.insert(name_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    Running(Running&&) = delete;
    Running& operator=(Running&&) = delete;
    ~Running() {
        {
            const std::lock_guard lock(repeats_.mutex_);
            repeats_.in_hand_.erase(name_);
        }
        repeats_.end(name_, std::move(attempt_));
    }

    void keep(std::optional<std::string> answer) { attempt_.answer = std::move(answer); }

  private:
    Repeats& repeats_;
    const RepeatName& name_;
    Unfinished attempt_;
};

Repeats::Repeats(Workplace workplace, SecretBytes key, std::function<void()> settle,
                 std::chrono::milliseconds longest_wait, std::size_t most_waiting)
    : workplace_(std::move(workplace)),
      key_(std::move(key)),
      settle_(std::move(settle)),
      longest_wait_(longest_wait),
      turns_(most_waiting) {}

std::optional<std::string> Repeats::run(const RepeatName& name, const RequestShape& request,
                                        const Action& action) {
    const Until until = std::chrono::steady_clock::now() + longest_wait_;
    const std::string fingerprint = fingerprint_of(key_, request);
    const auto turn = turns_.take(name, fingerprint, until);
    finish_earlier(name);
    const AttemptOutcome outcome = begin_or_remember(name, fingerprint, until);
    if (outcome.kind == Kind::answered) return outcome.answer;
    if (outcome.kind == Kind::different) throw another_request();
    if (outcome.kind == Kind::running) throw still_running();
    Running running(*this, name, fingerprint);
    running.keep(action());
    return std::nullopt;
}

/// When the answer of the catalogue is lost, the name may be taken: it is given back later.
AttemptOutcome Repeats::begin_or_remember(const RepeatName& name, const std::string& fingerprint,
                                          Until until) {
    try {
        AttemptOutcome outcome = begin(name, fingerprint, until, false);
        if (outcome.kind != Kind::cut_off) return outcome;
        settle_what_was_cut_off(outcome.owner, until);
        return begin(name, fingerprint, until, true);
    } catch (const CatalogueError&) {
        remember(name, {fingerprint, std::nullopt});
        throw;
    }
}

/// Takes the name in the catalogue; `running` when another process had it all the time.
AttemptOutcome Repeats::begin(const RepeatName& name, const std::string& fingerprint, Until until,
                              bool takes_over) {
    Pauses pauses;
    while (true) {
        const Instant now = workplace_.clock();
        AttemptOutcome outcome = workplace_.catalogue.begin_attempt(
            {name.user_id, name.key, fingerprint, workplace_.owner, workplace_.lease_end(), takes_over}, now,
            now - kept_for);
        if (outcome.kind != Kind::running || has_passed(until)) return outcome;
        turns_.pause(pauses.next());
    }
}

/// The lease of an intent can run out later than that of the attempt it was made for, so every intent of that
/// attempt's owner that stands now has to go first, ended by its own request or settled.
void Repeats::settle_what_was_cut_off(const std::string& owner, Until until) {
    settle_();
    std::set<ObjectId> waited_for;
    for (const Intent& intent : workplace_.catalogue.intents())
        if (intent.owner == owner) waited_for.insert(intent.object_id);
    Pauses pauses;
    while (!waited_for.empty()) {
        if (has_passed(until)) throw still_running();
        turns_.pause(pauses.next());
        std::set<ObjectId> left;
        bool any_expired = false;
        for (const Intent& intent : workplace_.catalogue.intents()) {
            if (!waited_for.contains(intent.object_id)) continue;
            left.insert(intent.object_id);
            any_expired = any_expired || intent.lease_until <= workplace_.clock();
        }
        waited_for = std::move(left);
        if (any_expired) settle_();
    }
}

void Repeats::write_end(const RepeatName& name, const std::optional<std::string>& answer) {
    if (answer)
        // Most answers were kept with their commit; this is for changes that changed nothing.
        workplace_.catalogue.keep_answer(
            {name.user_id, name.key, workplace_.owner, *answer, workplace_.clock()});
    else
        workplace_.catalogue.end_attempt(name.user_id, name.key, workplace_.owner);
}

void Repeats::end(const RepeatName& name, Unfinished attempt) noexcept {
    try {
        write_end(name, attempt.answer);
    } catch (const std::exception& error) {
        log::error("repeat.not_ended", {{"user", name.user_id}, {"reason", error.what()}});
        remember(name, std::move(attempt));
    }
}

void Repeats::remember(const RepeatName& name, Unfinished attempt) {
    const std::lock_guard lock(mutex_);
    unfinished_.insert_or_assign(name, std::move(attempt));
}

/// Only for one who has the turn.
void Repeats::finish_earlier(const RepeatName& name) {
    const auto all = unfinished();
    const auto found = all.find(name);
    if (found == all.end()) return;
    write_end(name, found->second.answer);
    const std::lock_guard lock(mutex_);
    unfinished_.erase(name);
}

std::map<RepeatName, Repeats::Unfinished> Repeats::unfinished() const {
    const std::lock_guard lock(mutex_);
    return unfinished_;
}

void Repeats::renew_leases() {
    std::set<RepeatName> in_hand;
    {
        const std::lock_guard lock(mutex_);
        in_hand = in_hand_;
    }
    if (!in_hand.empty())
        workplace_.catalogue.renew_attempts(workplace_.owner, in_hand, workplace_.lease_end());
}

void Repeats::finish_all() {
    for (const auto& [name, attempt] : unfinished())
        if (const auto turn = turns_.try_take(name, attempt.fingerprint)) finish_earlier(name);
}

void Repeats::forget_old_answers() {
    workplace_.catalogue.forget_answers(workplace_.clock() - kept_for);
}

}  // namespace keyward::service
