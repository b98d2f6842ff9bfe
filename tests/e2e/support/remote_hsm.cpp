#include "tests/e2e/support/remote_hsm.hpp"

#include <csignal>
#include <stdexcept>

#include "tests/support/polling.hpp"
#include "tests/support/sockets.hpp"

namespace keyward::e2e {

RemoteHsm::RemoteHsm(const Home& home)
    : listener_({"p11-kit", "server", "--foreground", "--provider", softhsm_module, "--name",
                 home.remote_socket(), "pkcs11:"},
                home.environment()) {
    if (!test::comes_true([&] { return test::accepts_connections(home.remote_socket()); }))
        throw std::runtime_error("the p11-kit server did not start");
}

RemoteHsm::~RemoteHsm() {
    for (const pid_t connection : listener_.children())
        ::kill(connection, SIGKILL);
}

void RemoteHsm::signal_all(int number) const {
    listener_.signal(number);
    for (const pid_t connection : listener_.children())
        ::kill(connection, number);
}

void RemoteHsm::hang() const {
    signal_all(SIGSTOP);
}

void RemoteHsm::go_on() const {
    signal_all(SIGCONT);
}

}  // namespace keyward::e2e
