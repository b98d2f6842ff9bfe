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
#include "storage/database/soci.hpp"
#include "storage/database/statement_watch.hpp"

namespace keyward::storage {

/// The open connections to the database. Any thread may lease one and has it for itself until the lease ends.
/// A statement whose answer does not come within the deadline is ended by cutting its connection
/// (PostgreSQL).
class Connections {
  public:
    /// Opens all of them. Throws soci::soci_error, or CatalogueError when the database can't hold a
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
        /// What is prepared on this connection; by the first who asks.
        PreparedStatements& hot();
        /// Whether the server still answers on this connection.
        bool lost() const { return !session_.is_connected(); }
        /// Connects again. Throws as the constructor of Connections.
        void reopen();
        /// Whether the deadline of a statement has passed, and with it the connection.
        [[nodiscard]] bool was_cut() const { return owner_.watch_.was_cut(position_); }
        /// Lets statements take as long as they need.
        void lift_deadline() { owner_.watch_.end(position_); }

      private:
        void make_usable();
        void watch();

        Connections& owner_;
        std::size_t position_;
        bool has_waited_;  ///< for this connection, most of the deadline
        soci::session& session_;
        int exceptions_;
        std::optional<StatementScope> scope_;
    };

    /// Waits for a free connection up to the deadline, then throws CatalogueError. One on which a
    /// call failed is tried, and opened again if it is lost.
    Lease lease();

    /// Opens every connection again before its next use: they lead to a server that can't be written to.
    void renew() { ++generation_; }

  private:
    Backend backend_;
    std::chrono::milliseconds deadline_;
    std::atomic<std::uint64_t> generation_ = 0;
    soci::connection_pool pool_;
    StatementWatch watch_;
    // By position; touched only by who has the lease.
    std::vector<char> suspect_;
    std::vector<std::uint64_t> opened_in_;
    std::vector<std::unique_ptr<PreparedStatements>> hot_;
};

}  // namespace keyward::storage
