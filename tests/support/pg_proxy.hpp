#pragma once

#include <cstdint>
#include <string>

#include "tests/support/child_process.hpp"

namespace keyward::test {

/// The wire proxy of pg_proxy.py in front of a PostgreSQL server, which misbehaves on command. Ends with this
/// object.
class PgProxy {
  public:
    /// `upstream` is the path of the server's unix socket. Throws std::runtime_error when it does not start.
    explicit PgProxy(const std::string& upstream);

    /// Where it listens on 127.0.0.1.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// As pg_proxy.py describes; returns its answer. Throws std::runtime_error for a command it does not
    /// know.
    std::string command(const std::string& line) const;
    /// One of the counts in the answer to `status`.
    [[nodiscard]] long long count(const std::string& name) const;

  private:
    ChildProcess process_;
    std::uint16_t port_ = 0;
    std::uint16_t control_ = 0;
};

}  // namespace keyward::test
