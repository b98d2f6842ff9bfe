#pragma once

#include <cstdint>

#include "tests/e2e/support/home.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// A second `keyward serve` with the catalogue, the tokens and the key file of a home, on another port. The
/// constructor returns when it is ready. It throws std::runtime_error when it is not ready within 30 s.
class Replica {
  public:
    explicit Replica(const Home& home);

    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_ = test::free_port();
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
