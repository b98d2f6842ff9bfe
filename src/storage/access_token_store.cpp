#include "base/ids.hpp"
#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

std::optional<Instant> optional_instant_from(const std::optional<long long>& milliseconds) {
    if (!milliseconds) return std::nullopt;
    return instant_from(*milliseconds);
}

void insert_api_token(soci::session& sql, const std::string& user_id, const std::string& hash,
                      const ApiToken& token) {
    if (run(sql,
            "insert into api_tokens (id, user_id, name, hash, created_at, expires_at, revoked)"
            " values (:id, :user, :name, :hash, :created, :expires, 0) on conflict (hash) do nothing",
            {token.id, user_id, token.name, hash, token.created_at, token.expires_at}) == 0)
        throw CatalogueError("a token with this hash already exists; make another one");
}

}  // namespace

std::string SqlAccessTokenStore::create_api_token(const std::string& user_id, const std::string& name,
                                                  const std::string& hash, std::optional<Instant> expires_at,
                                                  const AuditRecord& audit) {
    const ApiToken token{.id = random_uuid(),
                         .user_name = {},
                         .name = name,
                         .created_at = audit.at,
                         .expires_at = expires_at,
                         .revoked = false};
    database_.change(audit, [&](soci::session& sql) {
        insert_api_token(sql, user_id, hash, token);
        return true;
    });
    return token.id;
}

bool SqlAccessTokenStore::revoke_api_token(const std::string& id, const AuditRecord& audit) {
    return database_.change_access(audit, [&](soci::session& sql) {
        return run(sql, "update api_tokens set revoked = 1 where id = :id and revoked = 0", {id}) == 1;
    });
}

std::vector<ApiToken> SqlAccessTokenStore::api_tokens() {
    return database_.read([&](soci::session& sql) {
        std::vector<ApiToken> tokens;
        for_each_row<std::string, std::string, std::string, long long, std::optional<long long>, long long>(
            sql,
            "select api_tokens.id, users.name, api_tokens.name, created_at, expires_at, revoked from "
            "api_tokens"
            " join users on users.id = api_tokens.user_id order by created_at, api_tokens.id",
            {},
            [&](const std::string& id, const std::string& user, const std::string& name, long long created,
                const std::optional<long long>& expires, long long revoked) {
                tokens.push_back({.id = id,
                                  .user_name = user,
                                  .name = name,
                                  .created_at = instant_from(created),
                                  .expires_at = optional_instant_from(expires),
                                  .revoked = revoked != 0});
            });
        return tokens;
    });
}

std::optional<Identity> SqlAccessTokenStore::find_identity(const std::string& hash) {
    return database_.read([&](soci::session& sql) {
        std::optional<Identity> identity;
        for_each_row<std::string, std::string, std::optional<long long>, long long>(
            sql,
            "select users.id, users.name, expires_at, revoked from api_tokens"
            " join users on users.id = api_tokens.user_id where api_tokens.hash = :hash",
            {hash},
            [&](const std::string& id, const std::string& name, const std::optional<long long>& expires,
                long long revoked) {
                identity = Identity{.user_id = id,
                                    .user_name = name,
                                    .expires_at = optional_instant_from(expires),
                                    .revoked = revoked != 0};
            });
        return identity;
    });
}

void SqlAccessTokenStore::remove_expired_tokens(const std::string& name, Instant before) {
    database_.write([&](soci::session& sql) {
        return run(sql, "delete from api_tokens where name = :name and expires_at < :before",
                   {name, before}) > 0;
    });
}

std::int64_t SqlAccessTokenStore::access_version() {
    return database_.read_leased([](Connections::Lease& lease) { return lease.hot().access_version(); });
}

}  // namespace keyward::storage
