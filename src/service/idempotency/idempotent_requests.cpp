#include "service/idempotency/idempotent_requests.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "crypto/keyed_hash.hpp"

namespace keyward::service {

std::string fingerprint_of(const SecretBytes& key, const RequestShape& request) {
    // The number of path segments, since the query's parts follow them.
    const std::string path_length = std::to_string(request.path.size());
    std::vector<ByteView> parts{as_bytes(request.method), as_bytes(path_length)};
    for (const std::string& part : request.path)
        parts.push_back(as_bytes(part));
    for (const auto& [name, value] : request.query) {
        parts.push_back(as_bytes(name));
        parts.push_back(as_bytes(value));
    }
    parts.push_back(request.body);
    return keyed_hash(key, parts);
}

namespace {

using namespace std::chrono_literals;
using Kind = IdempotencyOutcome::Kind;

/// The pause between two checks of what another process does: short at first, then longer.
class Pauses {
  public:
    std::chrono::milliseconds next() { return std::exchange(next_, std::min(2 * next_, longest)); }

  private:
    static constexpr std::chrono::milliseconds longest = 200ms;
    std::chrono::milliseconds next_ = 25ms;
};

bool has_passed(IdempotencyTurns::Until until) {
    return std::chrono::steady_clock::now() >= until;
}

}  // namespace

/// An attempt of this process; the destructor ends it in every case.
class IdempotentRequests::Running {
  public:
    Running(IdempotentRequests& repeats, const IdempotencyName& name, const std::string& fingerprint)
        : repeats_(repeats), name_(name), attempt_{fingerprint, std::nullopt} {
        const Lock lock(repeats_.mutex_);
        repeats_.in_hand_.insert(name_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    Running(Running&&) = delete;
    Running& operator=(Running&&) = delete;
    ~Running() {
        {
            const Lock lock(repeats_.mutex_);
            repeats_.in_hand_.erase(name_);
        }
        repeats_.end(name_, std::move(attempt_));
    }

    void keep(std::optional<std::string> answer) { attempt_.answer = std::move(answer); }

  private:
    IdempotentRequests& repeats_;
    const IdempotencyName& name_;
    Unfinished attempt_;
};

IdempotentRequests::IdempotentRequests(ServiceContext service_context, SecretBytes key,
                                       std::function<void()> resolve, std::chrono::milliseconds longest_wait,
                                       std::size_t most_waiting)
    : service_context_(std::move(service_context)),
      key_(std::move(key)),
      resolve_(std::move(resolve)),
      longest_wait_(longest_wait),
      turns_(most_waiting) {}

std::optional<std::string> IdempotentRequests::run(const IdempotencyName& name, const RequestShape& request,
                                                   const Action& action) {
    const Until until = std::chrono::steady_clock::now() + longest_wait_;
    const std::string fingerprint = fingerprint_of(key_, request);
    const auto turn = turns_.take(name, fingerprint, until);
    finish_earlier(name);
    const IdempotencyOutcome outcome = begin_or_remember(name, fingerprint, until);
    if (outcome.kind == Kind::answered) return outcome.answer;
    if (outcome.kind == Kind::different) throw another_request();
    if (outcome.kind == Kind::running) throw still_running();
    Running running(*this, name, fingerprint);
    running.keep(action());
    return std::nullopt;
}

/// When the catalogue's answer is lost, the name may be claimed: it is released later.
IdempotencyOutcome IdempotentRequests::begin_or_remember(const IdempotencyName& name,
                                                         const std::string& fingerprint, Until until) {
    try {
        IdempotencyOutcome outcome = begin(name, fingerprint, until, false);
        if (outcome.kind != Kind::cut_off) return outcome;
        resolve_what_was_cut_off(outcome.owner, until);
        return begin(name, fingerprint, until, true);
    } catch (const CatalogueError&) {
        remember(name, {fingerprint, std::nullopt});
        throw;
    }
}

/// Claims the name in the catalogue; `running` when another process held it until the end.
IdempotencyOutcome IdempotentRequests::begin(const IdempotencyName& name, const std::string& fingerprint,
                                             Until until, bool takes_over) {
    Pauses pauses;
    while (true) {
        const Instant now = service_context_.clock();
        IdempotencyOutcome outcome =
            service_context_.catalogue.idempotency.begin_attempt({.user_id = name.user_id,
                                                                  .key = name.key,
                                                                  .fingerprint = fingerprint,
                                                                  .owner = service_context_.owner,
                                                                  .lease_until = service_context_.lease_end(),
                                                                  .takes_over = takes_over},
                                                                 now, now - answers_kept_for);
        if (outcome.kind != Kind::running || has_passed(until)) return outcome;
        turns_.pause(pauses.next());
    }
}

/// The lease of an intent can run out later than that of its attempt, so every present intent of that
/// attempt's owner has to end first, by its own request or by recovery.
void IdempotentRequests::resolve_what_was_cut_off(const std::string& owner, Until until) {
    resolve_();
    std::set<ObjectId> waited_for;
    for (const Intent& intent : service_context_.catalogue.changes.intents())
        if (intent.owner == owner) waited_for.insert(intent.object_id);
    Pauses pauses;
    while (!waited_for.empty()) {
        if (has_passed(until)) throw still_running();
        turns_.pause(pauses.next());
        std::set<ObjectId> left;
        bool any_expired = false;
        for (const Intent& intent : service_context_.catalogue.changes.intents()) {
            if (!waited_for.contains(intent.object_id)) continue;
            left.insert(intent.object_id);
            any_expired = any_expired || intent.lease_until <= service_context_.clock();
        }
        waited_for = std::move(left);
        if (any_expired) resolve_();
    }
}

void IdempotentRequests::write_end(const IdempotencyName& name, const std::optional<std::string>& answer) {
    if (answer)
        // Most answers were stored with their commit; this is for changes that changed nothing.
        service_context_.catalogue.idempotency.keep_answer({.user_id = name.user_id,
                                                            .key = name.key,
                                                            .owner = service_context_.owner,
                                                            .answer = *answer,
                                                            .at = service_context_.clock()});
    else
        service_context_.catalogue.idempotency.end_attempt(name.user_id, name.key, service_context_.owner);
}

void IdempotentRequests::end(const IdempotencyName& name, Unfinished attempt) noexcept {
    try {
        write_end(name, attempt.answer);
    } catch (const std::exception& error) {
        log::error("repeat.not_ended", {{"user", name.user_id}, {"reason", error.what()}});
        remember(name, std::move(attempt));
    }
}

void IdempotentRequests::remember(const IdempotencyName& name, Unfinished attempt) {
    const Lock lock(mutex_);
    unfinished_.insert_or_assign(name, std::move(attempt));
}

/// Only for the holder of the turn.
void IdempotentRequests::finish_earlier(const IdempotencyName& name) {
    const auto all = unfinished();
    const auto found = all.find(name);
    if (found == all.end()) return;
    write_end(name, found->second.answer);
    const Lock lock(mutex_);
    unfinished_.erase(name);
}

std::map<IdempotencyName, IdempotentRequests::Unfinished> IdempotentRequests::unfinished() const {
    const Lock lock(mutex_);
    return unfinished_;
}

void IdempotentRequests::renew_leases() {
    std::set<IdempotencyName> in_hand;
    {
        const Lock lock(mutex_);
        in_hand = in_hand_;
    }
    if (!in_hand.empty())
        service_context_.catalogue.idempotency.renew_attempts(service_context_.owner, in_hand,
                                                              service_context_.lease_end());
}

void IdempotentRequests::finish_all() {
    for (const auto& [name, attempt] : unfinished())
        if (const auto turn = turns_.try_take(name, attempt.fingerprint)) finish_earlier(name);
}

void IdempotentRequests::forget_old_answers() {
    service_context_.catalogue.idempotency.forget_answers(service_context_.clock() - answers_kept_for);
}

}  // namespace keyward::service
