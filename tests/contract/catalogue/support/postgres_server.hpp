#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/files.hpp"

namespace keyward::storage {

/// A PostgreSQL cluster for tests, on a unix socket in its own folder, with a random password. Destruction
/// stops it, by the pid in its folder.
class PostgresServer {
  public:
    /// The instance that most tests share, created at the first use.
    static PostgresServer& instance();

    PostgresServer();
    /// A hot standby of the primary, with the same password.
    static std::unique_ptr<PostgresServer> standby_of(const PostgresServer& primary);
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    PostgresServer(PostgresServer&&) = delete;
    PostgresServer& operator=(PostgresServer&&) = delete;
    ~PostgresServer();

    [[nodiscard]] std::string url(const std::string& database) const;
    /// The same through a proxy on this port of 127.0.0.1.
    [[nodiscard]] std::string url_at(std::uint16_t port, const std::string& database) const;
    /// The folder of the unix socket, as libpq's parameter `host`.
    [[nodiscard]] std::string host() const { return folder_.path(); }
    /// The path of the unix socket.
    [[nodiscard]] std::string socket() const { return folder_.path() / ".s.PGSQL.5432"; }
    [[nodiscard]] const std::string& password() const { return password_; }
    void stop() const;
    void start() const;
    /// Stops the process that accepts new connections with SIGSTOP; `thaw` continues it.
    void freeze() const;
    void thaw() const;

  private:
    explicit PostgresServer(std::string password);
    void signal(int number) const;

    test::TemporaryFolder folder_;
    std::string password_;
};

}  // namespace keyward::storage
