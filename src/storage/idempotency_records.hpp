#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Repeats of requests. The meaning of each is in domain/catalogue.hpp. Those that return something tell
/// whether anything changed.
IdempotencyOutcome begin_attempt(soci::session& sql, const IdempotencyRecord& attempt, Instant now,
                                 Instant kept_since);
/// False, and nothing written, when the attempt is not the owner's any more or has its answer.
bool keep_answer(soci::session& sql, const StoredResponse& answer);
bool end_attempt(soci::session& sql, const std::string& user_id, const std::string& key,
                 const std::string& owner);
bool renew_attempts(soci::session& sql, const std::string& owner, const std::set<IdempotencyName>& names,
                    Instant lease_until);
/// Attempts without an answer that began and lost their lease before that are forgotten too: whatever they
/// left has been settled long since.
bool forget_answers(soci::session& sql, Instant before);

}  // namespace keyward::storage
