#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "domain/catalogue.hpp"
#include "tests/contract/catalogue/support/postgres_server.hpp"
#include "tests/contract/catalogue/support/test_database.hpp"
#include "tests/support/pg_proxy.hpp"

namespace keyward::storage {

/// An empty PostgreSQL database behind a proxy that fails on command.
class ProxiedDatabase {
  public:
    ProxiedDatabase();

    [[nodiscard]] const test::PgProxy& proxy() const { return proxy_; }
    /// A catalogue that connects through the proxy.
    [[nodiscard]] std::shared_ptr<Catalogue> catalogue(std::chrono::milliseconds deadline,
                                                       std::size_t connections = 4) const;
    /// A catalogue that bypasses the proxy.
    [[nodiscard]] std::shared_ptr<Catalogue> direct_catalogue() const;
    Rows query(const std::string& statements) { return database_->query(statements); }

  private:
    std::unique_ptr<TestDatabase> database_ = make_postgresql_database();
    test::PgProxy proxy_;
};

}  // namespace keyward::storage
