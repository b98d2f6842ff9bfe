#include "tests/http/api/catalogue_rows.hpp"

#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace keyward::e2e {

int rows_in(const Home& home, const std::string& table) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(home.folder().file("keyward.db").c_str(), &opened);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
    if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(opened));
    sqlite3_busy_timeout(opened, 10'000);
    int count = -1;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<int*>(to) = std::stoi(values[0]);
        return 0;
    };
    if (sqlite3_exec(opened, ("select count(*) from " + table).c_str(), take, &count, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(opened));
    return count;
}

}  // namespace keyward::e2e
