#include "storage/database/prepared_statements.hpp"

namespace keyward::storage {
namespace {

void prepare(soci::statement& statement, const std::string& query) {
    statement.alloc();
    statement.prepare(query, soci::details::st_repeatable_query);
    statement.define_and_bind();
}

/// Whether there was a row. Fetches to the end of the result, because only then SQLite ends its read
/// transaction.
template <typename Keep>
bool read_one(soci::statement& statement, Keep keep) {
    StatementScope::statement_begins();
    statement.execute();
    bool found = false;
    while (statement.fetch()) {
        found = true;
        keep();
    }
    return found;
}

}  // namespace

PreparedStatements::PreparedStatements(soci::session& sql) : access_version_(sql), key_revision_(sql) {
    version_.define(access_version_);
    prepare(access_version_, "select version from access_version");
    id_.define(key_revision_);
    revision_.define(key_revision_);
    key_revision_.exchange(soci::use(project_));
    key_revision_.exchange(soci::use(name_));
    prepare(
        key_revision_,
        "select k.id, k.revision from keys k where k.project_id = :project and k.name = :name and k.state "
        "<> 'creating'");
}

std::int64_t PreparedStatements::access_version() {
    std::int64_t version = 0;
    read_one(access_version_, [&] { version = version_.get(); });
    return version;
}

std::optional<KeyRevision> PreparedStatements::key_revision(const std::string& project_id,
                                                            const std::string& name) {
    project_ = storable(project_id);
    name_ = storable(name);
    std::optional<KeyRevision> revision;
    read_one(key_revision_,
             [&] { revision = KeyRevision{.id = id_.get(), .name = name, .revision = revision_.get()}; });
    return revision;
}

}  // namespace keyward::storage
