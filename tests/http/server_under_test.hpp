#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::test {

/// Runs the guard's test server (or stock Pistache, with "--stock") as a separate process, ready to serve.
class ServerUnderTest {
  public:
    explicit ServerUnderTest(std::vector<std::string> arguments = {});

    [[nodiscard]] std::uint16_t port() const { return port_; }
    ChildProcess& process() { return process_; }
    [[nodiscard]] RawClient connect() const { return RawClient(port_); }
    /// GET over a new connection. Returns the body, or a description of the error.
    [[nodiscard]] std::string fetch(const std::string& target) const;
    /// Requests the target until the answer has this body; false after a time limit.
    [[nodiscard]] bool comes_to(const std::string& target, const std::string& body) const;
    /// Processor time that the server uses in a window of wall-clock time without requests.
    std::chrono::milliseconds cpu_in(std::chrono::milliseconds window);

  private:
    ChildProcess process_;
    std::uint16_t port_;
};

}  // namespace keyward::test
