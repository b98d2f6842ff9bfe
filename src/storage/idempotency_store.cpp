#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

using Kind = IdempotencyOutcome::Kind;

struct IdempotencyRow {
    std::string fingerprint;
    std::string owner;
    Instant lease_until;
    std::optional<std::string> answer;
    Instant changed_at;
};

bool insert_attempt(soci::session& sql, const IdempotencyRecord& attempt, Instant now) {
    return run(sql,
               "insert into attempts (user_id, idempotency_key, fingerprint, owner, lease_until, changed_at)"
               " values (:user, :key, :fingerprint, :owner, :lease, :at) on conflict (user_id, "
               "idempotency_key) do nothing",
               {attempt.user_id, attempt.key, attempt.fingerprint, attempt.owner, attempt.lease_until,
                now}) == 1;
}

std::optional<IdempotencyRow> lock_attempt(soci::session& sql, const IdempotencyRecord& attempt) {
    std::optional<IdempotencyRow> row;
    for_each_row<std::string, std::string, long long, std::optional<std::string>, long long>(
        sql,
        "select fingerprint, owner, lease_until, answer, changed_at from attempts"
        " where user_id = :user and idempotency_key = :key" +
            for_update(sql),
        {attempt.user_id, attempt.key},
        [&](const std::string& fingerprint, const std::string& owner, long long lease,
            const std::optional<std::string>& answer, long long changed) {
            row = IdempotencyRow{.fingerprint = fingerprint,
                                 .owner = owner,
                                 .lease_until = instant_from(lease),
                                 .answer = answer,
                                 .changed_at = instant_from(changed)};
        });
    return row;
}

IdempotencyOutcome take_over(soci::session& sql, const IdempotencyRow& row, const IdempotencyRecord& attempt,
                             Instant now, Kind kind) {
    run(sql,
        "update attempts set fingerprint = :fingerprint, owner = :owner, lease_until = :lease, answer = null,"
        " changed_at = :at where user_id = :user and idempotency_key = :key",
        {attempt.fingerprint, attempt.owner, attempt.lease_until, now, attempt.user_id, attempt.key});
    return {.kind = kind, .answer = {}, .owner = row.owner};
}

IdempotencyOutcome meet(soci::session& sql, const IdempotencyRow& row, const IdempotencyRecord& attempt,
                        Instant now, Instant kept_since) {
    // The owner does not ask for an attempt that it runs itself: this one was begun or ended, and the answer
    // was lost.
    if (!row.answer && row.owner == attempt.owner) return take_over(sql, row, attempt, now, Kind::begun);
    if (row.answer && row.changed_at < kept_since) return take_over(sql, row, attempt, now, Kind::begun);
    if (!row.answer && row.lease_until <= now)
        return attempt.takes_over
                   ? take_over(sql, row, attempt, now, Kind::cut_off)
                   : IdempotencyOutcome{.kind = Kind::cut_off, .answer = {}, .owner = row.owner};
    if (row.fingerprint != attempt.fingerprint) return {.kind = Kind::different, .answer = {}, .owner = {}};
    if (!row.answer) return {.kind = Kind::running, .answer = {}, .owner = {}};
    return {.kind = Kind::answered, .answer = *row.answer, .owner = {}};
}

IdempotencyOutcome take(soci::session& sql, const IdempotencyRecord& attempt, Instant now,
                        Instant kept_since) {
    // Tries again when the other attempt ended between the two statements.
    while (!insert_attempt(sql, attempt, now))
        if (const auto row = lock_attempt(sql, attempt)) return meet(sql, *row, attempt, now, kept_since);
    return {.kind = Kind::begun, .answer = {}, .owner = {}};
}

}  // namespace

bool store_response(soci::session& sql, const StoredResponse& answer) {
    return run(sql,
               "update attempts set answer = :answer, changed_at = :at"
               " where user_id = :user and idempotency_key = :key and owner = :owner and answer is null",
               {answer.answer, answer.at, answer.user_id, answer.key, answer.owner}) == 1;
}

IdempotencyOutcome SqlIdempotencyStore::begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                                      Instant kept_since) {
    IdempotencyOutcome outcome;
    database_.write([&](soci::session& sql) {
        outcome = take(sql, attempt, now, kept_since);
        return outcome.kind == Kind::begun || outcome.kind == Kind::cut_off;
    });
    return outcome;
}

void SqlIdempotencyStore::keep_answer(const StoredResponse& answer) {
    database_.write([&](soci::session& sql) { return store_response(sql, answer); });
}

void SqlIdempotencyStore::end_attempt(const std::string& user_id, const std::string& key,
                                      const std::string& owner) {
    database_.write([&](soci::session& sql) {
        return run(sql,
                   "delete from attempts where user_id = :user and idempotency_key = :key and owner = :owner"
                   " and answer is null",
                   {user_id, key, owner}) == 1;
    });
}

void SqlIdempotencyStore::renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                                         Instant lease_until) {
    database_.write([&](soci::session& sql) {
        long long renewed = 0;
        for (const auto& name : names)
            renewed +=
                run(sql,
                    "update attempts set lease_until = :lease where user_id = :user and idempotency_key = "
                    ":key and owner = :owner and answer is null",
                    {lease_until, name.user_id, name.key, owner});
        return renewed > 0;
    });
}

void SqlIdempotencyStore::forget_answers(Instant before) {
    database_.write([&](soci::session& sql) {
        return run(sql,
                   "delete from attempts where changed_at < :before and (answer is not null or lease_until < "
                   ":ended)",
                   {before, before}) > 0;
    });
}

}  // namespace keyward::storage
