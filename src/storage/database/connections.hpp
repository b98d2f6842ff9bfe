#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "storage/database/catalogue_url.hpp"
#include "storage/database/prepared_statements.hpp"
#include "storage/database/sql.hpp"
#include "storage/database/statement_watch.hpp"

namespace keyward::storage {

/// Pool of open connections to the database. Any thread may lease a connection and has exclusive use of it
/// until the lease ends. A statement that is not answered within the deadline is ended by cutting its
/// connection (PostgreSQL).
class Connections {
  public:
    /// Opens all connections. Throws soci::soci_error, or CatalogueError when the database cannot hold a
    /// catalogue.
    Connections(const CatalogueUrl& url, std::size_t count, std::chrono::milliseconds deadline);

    class Lease {
      public:
        Lease(Connections& owner, std::size_t position, bool has_waited);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Lease(Lease&&) = delete;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

        soci::session& session() { return session_; }
        /// The prepared statements of this connection; the first call prepares them.
        PreparedStatements& hot();
        /// Whether the connection to the server is lost.
        bool lost() const { return !session_.is_connected(); }
        /// Opens the connection again. Throws the same errors as the constructor of Connections.
        void reopen();
        /// Whether the deadline of a statement has passed, so that the connection was cut.
        [[nodiscard]] bool was_cut() const { return owner_.watch_.was_cut(position_); }
        /// Removes the deadline from further statements.
        void lift_deadline() { owner_.watch_.end(position_); }

      private:
        void make_usable();
        void watch();

        Connections& owner_;
        std::size_t position_;
        bool has_waited_;  ///< waited for this connection during most of the deadline
        soci::session& session_;
        int exceptions_;
        std::optional<StatementScope> scope_;
    };

    /// Waits for a free connection up to the deadline, then throws CatalogueError. A connection on which a
    /// call failed is tested first, and reopened if it is lost.
    Lease lease();

    /// Reopens every connection before its next use, because their server cannot be written to.
    void renew() { ++generation_; }

  private:
    Backend backend_;
    std::chrono::milliseconds deadline_;
    std::atomic<std::uint64_t> generation_ = 0;
    soci::connection_pool pool_;
    StatementWatch watch_;
    // By position; accessed only by the holder of the lease.
    std::vector<char> suspect_;
    std::vector<std::uint64_t> opened_in_;
    std::vector<std::unique_ptr<PreparedStatements>> hot_;
};

}  // namespace keyward::storage
