#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Idempotency records of requests. domain/catalogue.hpp describes each function. Functions that return bool
/// say whether anything changed.
IdempotencyOutcome begin_attempt(soci::session& sql, const IdempotencyRecord& attempt, Instant now,
                                 Instant kept_since);
/// False, with nothing written, when the owner no longer has the attempt or it already has an answer.
bool keep_answer(soci::session& sql, const StoredResponse& answer);
bool end_attempt(soci::session& sql, const std::string& user_id, const std::string& key,
                 const std::string& owner);
bool renew_attempts(soci::session& sql, const std::string& owner, const std::set<IdempotencyName>& names,
                    Instant lease_until);
/// Also removes attempts without an answer that began and lost their lease before that time: their remains
/// have been resolved long ago.
bool forget_answers(soci::session& sql, Instant before);

}  // namespace keyward::storage
