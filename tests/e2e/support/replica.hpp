#pragma once

#include <cstdint>

#include "tests/e2e/support/home.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// A second `keyward serve` over the catalogue, the tokens and the key file of a home, at a port of its own.
/// Its constructor returns when it is ready and throws std::runtime_error when it is not within half a
/// minute.
class Replica {
  public:
    explicit Replica(const Home& home);

    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_ = free_port();
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
