#include "tests/crash/support/catalogue_state.hpp"

#include <functional>
#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace keyward::e2e {
namespace {

class Database {
  public:
    explicit Database(const std::string& file) : database_(nullptr, sqlite3_close) {
        sqlite3* opened = nullptr;
        const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
        database_.reset(opened);
        if (result != SQLITE_OK) fail();
        sqlite3_busy_timeout(opened, 10'000);
        for_each("begin", [](auto&) {});  // all following queries see one snapshot
    }

    using Row = std::function<std::string(int column)>;
    void for_each(const std::string& query, const std::function<void(const Row&)>& take) const {
        sqlite3_stmt* prepared = nullptr;
        if (sqlite3_prepare_v2(database_.get(), query.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail();
        const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                                   sqlite3_finalize);
        int result = sqlite3_step(prepared);
        for (; result == SQLITE_ROW; result = sqlite3_step(prepared))
            take([&](int column) {
                const auto* text = sqlite3_column_text(prepared, column);
                return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
            });
        if (result != SQLITE_DONE) fail();
    }

  private:
    [[noreturn]] void fail() const { throw std::runtime_error(sqlite3_errmsg(database_.get())); }

    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database_;
};

CatalogueState read(const std::string& file) {
    const Database database(file);
    CatalogueState state;
    std::map<std::string, std::string> names;
    database.for_each("select id, name, state, algorithm from keys", [&](const auto& row) {
        names[row(0)] = row(1);
        state.keys[row(1)] = {row(2), row(3), {}, 0};
    });
    database.for_each(
        "select key_id, environment, state, object_id, key_check_value || public_key_sha256 from deployments",
        [&](const auto& row) {
            const std::string id = row(3);
            state.keys[names.at(row(0))].deployments[row(1)] = {
                row(2), id.empty() ? std::nullopt : std::optional(id), row(4)};
        });
    database.for_each("select key_id from intents", [&](const auto& row) {
        ++state.intents;
        ++state.keys[names.at(row(0))].intents;
    });
    database.for_each("select object_id, environment, lease_until, keep_until from tombstones",
                      [&](const auto& row) {
                          state.tombstones[row(0)] = {row(1), std::stoll(row(2)), std::stoll(row(3))};
                      });
    return state;
}

}  // namespace

CatalogueState catalogue_state(const Home& home) {
    return read(home.folder().file("keyward.db"));
}

CatalogueState catalogue_state_of_copy(const Home& home) {
    const test::TemporaryFolder folder;
    for (const char* name : {"keyward.db", "keyward.db-wal"})
        if (std::filesystem::exists(home.folder().path() / name))
            std::filesystem::copy_file(home.folder().path() / name, folder.path() / name);
    return read(folder.file("keyward.db"));
}

}  // namespace keyward::e2e
