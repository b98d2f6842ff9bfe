#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::test {

/// The guard's test server (or stock Pistache, with "--stock") as a process of its own, ready to serve.
class ServerUnderTest {
  public:
    explicit ServerUnderTest(std::vector<std::string> arguments = {});

    [[nodiscard]] std::uint16_t port() const { return port_; }
    ChildProcess& process() { return process_; }
    [[nodiscard]] RawClient connect() const { return RawClient(port_); }
    /// GET over a new connection: the body, or what went wrong.
    [[nodiscard]] std::string fetch(const std::string& target) const;
    /// Asks for a target until the answer's body is this; false when that takes too long.
    [[nodiscard]] bool comes_to(const std::string& target, const std::string& body) const;
    /// Processor time the server uses in a window of wall-clock time in which nobody asks it anything.
    std::chrono::milliseconds cpu_in(std::chrono::milliseconds window);

  private:
    ChildProcess process_;
    std::uint16_t port_;
};

}  // namespace keyward::test
