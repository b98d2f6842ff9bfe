#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "storage/catalogue_url.hpp"
#include "storage/hot_queries.hpp"
#include "storage/soci.hpp"

namespace keyward::storage {

/// The open connections to the database. Any thread may lease one and has it for itself until the lease ends.
class Connections {
  public:
    /// Opens all of them. Throws soci::soci_error, or service::CatalogueError when the database can't hold a
    /// catalogue.
    Connections(const CatalogueUrl& url, std::size_t count);

    class Lease {
      public:
        Lease(Connections& owner, std::size_t position);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Lease(Lease&&) = delete;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

        soci::session& session() { return session_; }
        /// What is prepared on this connection; by the first who asks.
        HotQueries& hot();
        /// Whether the server still answers on this connection.
        bool lost() const { return !session_.is_connected(); }
        /// Connects anew. Throws as the constructor of Connections.
        void reopen();

      private:
        Connections& owner_;
        std::size_t position_;
        soci::session& session_;
        int exceptions_;
    };

    /// Waits for a free connection up to 10 s, then throws service::CatalogueError. One on which a call
    /// failed is tried, and opened again if it is lost.
    Lease lease();

  private:
    Backend backend_;
    soci::connection_pool pool_;
    // By position; touched only by who has the lease.
    std::vector<char> suspect_;
    std::vector<std::unique_ptr<HotQueries>> hot_;
};

}  // namespace keyward::storage
