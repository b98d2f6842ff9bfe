#pragma once

#include <memory>
#include <string>
#include <vector>

namespace keyward::storage {

using Rows = std::vector<std::vector<std::string>>;

/// An empty database, deleted at the end of the test, and a connection to it that bypasses the catalogue.
class TestDatabase {
  public:
    TestDatabase() = default;
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    TestDatabase(TestDatabase&&) = delete;
    TestDatabase& operator=(TestDatabase&&) = delete;
    virtual ~TestDatabase() = default;

    [[nodiscard]] virtual std::string url() const = 0;
    /// Runs statements; null is returned as "(null)". Throws std::runtime_error.
    virtual Rows query(const std::string& statements) = 0;
};

std::unique_ptr<TestDatabase> make_sqlite_database();
std::unique_ptr<TestDatabase> make_postgresql_database();

}  // namespace keyward::storage
