#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace keyward::storage {

/// A folder of the test's own, gone at its end.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// A PostgreSQL cluster of the tests' own, on a unix socket in its folder, with a random password. It is
/// ended with this object, through the pid in its own folder.
class PostgresServer {
  public:
    /// The one that most tests share, made at the first use.
    static PostgresServer& instance();

    PostgresServer();
    /// A hot standby that follows the primary, with the same password.
    static std::unique_ptr<PostgresServer> standby_of(const PostgresServer& primary);
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    PostgresServer(PostgresServer&&) = delete;
    PostgresServer& operator=(PostgresServer&&) = delete;
    ~PostgresServer();

    [[nodiscard]] std::string url(const std::string& database) const;
    /// The same through a proxy that listens at this port of 127.0.0.1.
    [[nodiscard]] std::string url_at(std::uint16_t port, const std::string& database) const;
    /// The folder of its unix socket, as the parameter `host` of libpq.
    [[nodiscard]] std::string host() const { return folder_.path(); }
    /// The unix socket that it listens at.
    [[nodiscard]] std::string socket() const { return folder_.path() / ".s.PGSQL.5432"; }
    [[nodiscard]] const std::string& password() const { return password_; }
    void stop() const;
    void start() const;
    /// Stops the process that takes new connections, as SIGSTOP does; `thaw` lets it go on.
    void freeze() const;
    void thaw() const;

  private:
    explicit PostgresServer(std::string password);
    void signal(int number) const;

    TemporaryFolder folder_;
    std::string password_;
};

}  // namespace keyward::storage
