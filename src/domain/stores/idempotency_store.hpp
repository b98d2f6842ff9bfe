#pragma once

#include <set>
#include <string>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Requests with an Idempotency-Key, and their responses.
class IdempotencyStore : public Store {
  public:
    /// Claims the Idempotency-Key for this attempt, unless it has an answer from `kept_since` or later, or
    /// another attempt holds it. An attempt whose lease ran out before `now` does not count, nor does one of
    /// the same owner: an owner asks only for a name that it is not working on.
    virtual IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                             Instant kept_since) = 0;
    /// Stores the answer of an attempt of the owner.
    virtual void keep_answer(const StoredResponse& answer) = 0;
    /// Removes an attempt of the owner that has no answer.
    virtual void end_attempt(const std::string& user_id, const std::string& key,
                             const std::string& owner) = 0;
    /// Renews the leases of the attempts that the owner is working on.
    virtual void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                                Instant lease_until) = 0;
    virtual void forget_answers(Instant before) = 0;
};

}  // namespace keyward
