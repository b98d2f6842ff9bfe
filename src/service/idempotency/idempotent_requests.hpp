#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.hpp"
#include "base/secret_bytes.hpp"
#include "service/idempotency/idempotency_turns.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The parts that identify a request, decoded, so that two spellings of one path or query are the same. The
/// views are borrowed.
struct RequestShape {
    std::string_view method;
    std::vector<std::string> path;                           ///< path segments
    std::vector<std::pair<std::string, std::string>> query;  ///< in the order of the request
    ByteView body;
};

/// Distinguishes requests without revealing their content: with a plain hash of a body, a reader of the
/// database could test likely keys. In lower-case hexadecimal.
std::string fingerprint_of(const SecretBytes& key, const RequestShape& request);

/// Idempotent requests (Idempotency-Key of the API contract): a request that was answered with 200 is
/// executed once, and its answer repeated for 24 hours. A repeat waits while the first attempt runs, here or
/// in another replica. An attempt that was cut off is resolved, then run again. Thread-safe.
class IdempotentRequests {
  public:
    static constexpr std::size_t usual_most_waiting = 128;
    static constexpr std::chrono::hours answers_kept_for{24};

    /// `resolve` takes back what interrupted changes left (Recovery::resolve_intents); it may be called by
    /// several threads. `longest_wait` limits how long a repeat waits for the first attempt. Each waiting
    /// repeat holds the thread of its request; more than `most_waiting` are refused.
    IdempotentRequests(ServiceContext service_context, SecretBytes key, std::function<void()> resolve,
                       std::chrono::milliseconds longest_wait, std::size_t most_waiting = usual_most_waiting);

    /// Runs a request; returns the body of its 200, if that is to be stored.
    using Action = std::function<std::optional<std::string>()>;

    /// The stored answer of an earlier attempt; nothing when the action was run. Throws what the action
    /// throws, and ServiceError: `conflict` when the name belongs to another request, `overloaded` when the
    /// first attempt has not ended within `longest_wait`.
    std::optional<std::string> run(const IdempotencyName& name, const RequestShape& request,
                                   const Action& action);

    /// Renews the leases of the attempts that are running here, and of no others. Call it every few seconds.
    /// Throws CatalogueError.
    void renew_leases();
    /// Ends the attempts whose beginning or end the catalogue may not have recorded. Call it as soon as the
    /// database answers again. Throws CatalogueError.
    void finish_all();
    /// Call it now and then. Throws CatalogueError.
    void forget_old_answers();
    /// No caller waits for another attempt's answer from now on.
    void end_waiting() { turns_.end_waiting(); }

  private:
    using Until = IdempotencyTurns::Until;
    struct Unfinished {
        std::string fingerprint;
        std::optional<std::string> answer;
    };
    class Running;

    IdempotencyOutcome begin_or_remember(const IdempotencyName& name, const std::string& fingerprint,
                                         Until until);
    IdempotencyOutcome begin(const IdempotencyName& name, const std::string& fingerprint, Until until,
                             bool takes_over);
    void resolve_what_was_cut_off(const std::string& owner, Until until);
    void write_end(const IdempotencyName& name, const std::optional<std::string>& answer);
    void end(const IdempotencyName& name, Unfinished attempt) noexcept;
    void finish_earlier(const IdempotencyName& name);
    [[nodiscard]] std::map<IdempotencyName, Unfinished> unfinished() const;
    void remember(const IdempotencyName& name, Unfinished attempt);

    ServiceContext service_context_;
    SecretBytes key_;
    std::function<void()> resolve_;
    std::chrono::milliseconds longest_wait_;
    IdempotencyTurns turns_;
    mutable Mutex mutex_;
    std::map<IdempotencyName, Unfinished> unfinished_ KEYWARD_GUARDED_BY(mutex_);
    std::set<IdempotencyName> in_hand_ KEYWARD_GUARDED_BY(mutex_);  ///< begun here and not ended
};

}  // namespace keyward::service
