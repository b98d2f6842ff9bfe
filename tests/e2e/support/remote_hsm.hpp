#pragma once

#include <vector>

#include <sys/types.h>

#include "tests/e2e/support/home.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// The tokens of a home behind a p11-kit server, for its environments of HomeOptions::remote: as near as one
/// comes to a network HSM. It must run before the service starts, and it must outlive it. Its constructor
/// throws std::runtime_error when the server does not start.
class RemoteHsm {
  public:
    explicit RemoteHsm(const Home& home);
    RemoteHsm(const RemoteHsm&) = delete;
    RemoteHsm& operator=(const RemoteHsm&) = delete;
    ~RemoteHsm();

    /// Stops it with SIGSTOP, those that serve its connections too: from now on no call ends and none fails.
    void hang() const;
    /// Lets it go on where it was.
    void go_on() const;

  private:
    void signal_all(int number) const;

    test::ChildProcess listener_;
};

}  // namespace keyward::e2e
