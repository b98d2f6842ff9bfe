#include "tests/e2e/support/catalogue_rows.hpp"

#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace keyward::e2e {

namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Database catalogue_of(const Home& home) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(home.folder().file("keyward.db").c_str(), &opened);
    Database database(opened, sqlite3_close);
    if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(opened));
    sqlite3_busy_timeout(opened, 10'000);
    return database;
}

}  // namespace

int rows_in(const Home& home, const std::string& table) {
    const Database database = catalogue_of(home);
    int count = -1;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<int*>(to) = std::stoi(values[0]);
        return 0;
    };
    if (sqlite3_exec(database.get(), ("select count(*) from " + table).c_str(), take, &count, nullptr) !=
        SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database.get()));
    return count;
}

void fill_with_keys(const Home& home, const std::string& of_project, std::size_t count) {
    const Database database = catalogue_of(home);
    const std::string rows =
        "with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < " +
        std::to_string(count) + ") ";
    const std::string keys =
        "insert into keys (id, project_id, name, description, type, algorithm, mechanisms, "
        "state, created_at, updated_at, revision) " +
        rows +
        "select 'filled-' || p.id || n, p.id, printf('key-%06d', n), 'A key of a test', "
        "'SECRET_KEY', 'AES', 'AES-GCM', 'active', 1000, 1000, 1 from numbers, "
        "projects p where p.name = '" +
        of_project + "';";
    if (sqlite3_exec(database.get(), keys.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database.get()));
}

void deploy_in_the_catalogue_alone(const Home& home, const std::string& environment) {
    const Database database = catalogue_of(home);
    const std::string rows =
        "insert into deployments (key_id, position, environment, alias, source, state, object_id, size, "
        "key_check_value, public_key_sha256, public_key_pem, failure, uses, serial) select id, 0, '" +
        environment +
        "', '', 'content', 'deployed', lower(hex(randomblob(16))), 2048, '', lower(hex(randomblob(32))), "
        "printf('%0451d', 0), '', 'signature', '' from keys where id like 'filled-%'";
    if (sqlite3_exec(database.get(), rows.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database.get()));
}

}  // namespace keyward::e2e
