#include "tests/contract/catalogue/support/test_database.hpp"

#include <atomic>
#include <stdexcept>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "tests/contract/catalogue/support/postgres_server.hpp"

namespace keyward::storage {
namespace {

class SqliteDatabase final : public TestDatabase {
  public:
    SqliteDatabase() = default;
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;
    SqliteDatabase(SqliteDatabase&&) = delete;
    SqliteDatabase& operator=(SqliteDatabase&&) = delete;
    ~SqliteDatabase() override { ::sqlite3_close(connection_); }

    [[nodiscard]] std::string url() const override { return "sqlite://" + path(); }

    Rows query(const std::string& statements) override {
        if (connection_ == nullptr) ::sqlite3_open(path().c_str(), &connection_);
        Rows rows;
        const auto add = [](void* into, int count, char** values, char**) {
            auto& row = static_cast<Rows*>(into)->emplace_back();
            for (int i = 0; i < count; ++i)
                row.emplace_back(values[i] == nullptr ? "(null)" : values[i]);
            return 0;
        };
        if (::sqlite3_exec(connection_, statements.c_str(), add, &rows, nullptr) != SQLITE_OK)
            throw std::runtime_error(::sqlite3_errmsg(connection_));
        return rows;
    }

  private:
    [[nodiscard]] std::string path() const { return (folder_.path() / "catalogue.db").string(); }

    test::TemporaryFolder folder_;
    sqlite3* connection_ = nullptr;
};

class PostgresDatabase final : public TestDatabase {
  public:
    PostgresDatabase() : name_("test_" + std::to_string(++count_)) {
        connect("postgres");
        query("create database " + name_ + " template template0");
        connect(name_);
    }
    PostgresDatabase(const PostgresDatabase&) = delete;
    PostgresDatabase& operator=(const PostgresDatabase&) = delete;
    PostgresDatabase(PostgresDatabase&&) = delete;
    PostgresDatabase& operator=(PostgresDatabase&&) = delete;
    ~PostgresDatabase() override { ::PQfinish(connection_); }

    [[nodiscard]] std::string url() const override { return PostgresServer::instance().url(name_); }

    Rows query(const std::string& statements) override {
        const std::unique_ptr<PGresult, decltype(&::PQclear)> result(
            ::PQexec(connection_, statements.c_str()), &::PQclear);
        const auto status = ::PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            throw std::runtime_error(::PQerrorMessage(connection_));
        Rows rows;
        for (int row = 0; row < ::PQntuples(result.get()); ++row) {
            rows.emplace_back();
            for (int column = 0; column < ::PQnfields(result.get()); ++column)
                rows.back().emplace_back(::PQgetisnull(result.get(), row, column) != 0
                                             ? "(null)"
                                             : ::PQgetvalue(result.get(), row, column));
        }
        return rows;
    }

  private:
    void connect(const std::string& database) {
        ::PQfinish(connection_);
        connection_ = ::PQconnectdb(PostgresServer::instance().url(database).c_str());
        if (::PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error(::PQerrorMessage(connection_));
    }

    static inline std::atomic<int> count_ = 0;
    std::string name_;
    PGconn* connection_ = nullptr;
};

}  // namespace

std::unique_ptr<TestDatabase> make_sqlite_database() {
    return std::make_unique<SqliteDatabase>();
}
std::unique_ptr<TestDatabase> make_postgresql_database() {
    return std::make_unique<PostgresDatabase>();
}

}  // namespace keyward::storage
