#pragma once

#include <vector>

#include <sys/types.h>

#include "tests/e2e/support/home.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// A p11-kit server with the tokens of a home, for the environments of HomeOptions::remote: the closest
/// available substitute for a network HSM. It must start before the service and outlive it. The constructor
/// throws std::runtime_error when the server does not start.
class RemoteHsm {
  public:
    explicit RemoteHsm(const Home& home);
    RemoteHsm(const RemoteHsm&) = delete;
    RemoteHsm& operator=(const RemoteHsm&) = delete;
    ~RemoteHsm();

    /// Stops the server and the processes of its connections with SIGSTOP: from then on, calls neither end
    /// nor fail.
    void hang() const;
    /// Continues all of them.
    void go_on() const;

  private:
    void signal_all(int number) const;
    [[nodiscard]] bool is_stopped_with_a_lock() const;

    test::ChildProcess listener_;
};

}  // namespace keyward::e2e
