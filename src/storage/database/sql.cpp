#include "storage/database/sql.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/catalogue.hpp"

namespace keyward::storage {

std::string storable(std::string text) {
    if (std::ranges::find(text, '\0') != text.end())
        throw CatalogueError(
            "a text for the catalogue contains a NUL octet, which it can't store; refuse it earlier");
    return text;
}

Parameter::Parameter(std::string text) : text_(storable(std::move(text))) {}
Parameter::Parameter(std::string_view text) : Parameter(std::string(text)) {}
Parameter::Parameter(const char* text) : Parameter(std::string(text)) {}
Parameter::Parameter(long long number) : number_(number), is_number_(true) {}
Parameter::Parameter(Instant instant)
    : Parameter(static_cast<long long>(instant.time_since_epoch().count())) {}
Parameter::Parameter(std::optional<Instant> instant) : Parameter(instant.value_or(Instant{})) {
    if (!instant) indicator_ = soci::i_null;
}
Parameter::Parameter(const ObjectId& id) : text_(id.hex()) {}
Parameter::Parameter(const std::optional<ObjectId>& id) : text_(id ? id->hex() : std::string()) {
    if (!id) indicator_ = soci::i_null;
}

void Parameter::bind(soci::statement& statement) {
    if (is_number_)
        statement.exchange(soci::use(number_, indicator_));
    else
        statement.exchange(soci::use(text_, indicator_));
}

long long run(soci::session& sql, const std::string& query, Parameters parameters) {
    StatementScope::statement_begins();
    soci::statement statement(sql);
    for (auto& parameter : parameters)
        parameter.bind(statement);
    statement.alloc();
    statement.prepare(query, soci::details::st_one_time_query);
    statement.define_and_bind();
    statement.execute(true);
    return statement.get_affected_rows();
}

bool exists(soci::session& sql, const std::string& query, Parameters parameters) {
    bool found = false;
    for_each_row<std::string>(sql, query, std::move(parameters), [&](const std::string&) { found = true; });
    return found;
}

void wait_for_locks(soci::session& sql, std::chrono::milliseconds time) {
    run(sql, "pragma busy_timeout = " + std::to_string(time.count()));
}

std::string for_update(soci::session& sql) {
    return sql.get_backend_name() == "postgresql" ? " for update" : "";
}

std::string for_update_skip_locked(soci::session& sql) {
    return sql.get_backend_name() == "postgresql" ? " for update skip locked" : "";
}

Instant instant_from(long long milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}

ObjectId object_id_from(const std::string& text) {
    try {
        return ObjectId::from_hex(text);
    } catch (const std::invalid_argument&) {
        throw CatalogueError("the catalogue contains '" + text +
                             "' where the 32 hexadecimal digits of an object's id belong; "
                             "restore it from a backup");
    }
}

}  // namespace keyward::storage
