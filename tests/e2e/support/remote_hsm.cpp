#include "tests/e2e/support/remote_hsm.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/polling.hpp"
#include "tests/support/sockets.hpp"

namespace keyward::e2e {
namespace {

/// A signal takes effect when the process next enters or leaves the kernel.
bool is_stopped(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("State:")) return line.find('T') != std::string::npos;
    return true;  // it has ended
}

}  // namespace

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

bool RemoteHsm::is_stopped_with_a_lock() const {
    const std::vector<pid_t> connections = listener_.children();
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        // 1: POSIX  ADVISORY  WRITE 1234 00:1b:5678 0 EOF; waiting processes have an arrow after the number.
        std::istringstream words(line);
        std::string number;
        std::string kind;
        std::string mode;
        std::string access;
        pid_t holder = 0;
        if (words >> number >> kind >> mode >> access >> holder && kind != "->" &&
            std::ranges::find(connections, holder) != connections.end())
            return true;
    }
    return false;
}

// SoftHSM2 locks files of the token for moments. A process that is stopped with such a lock would stop the
// other tokens, and the test itself, with it.
void RemoteHsm::hang() const {
    const auto stop_without_lock = [&] {
        signal_all(SIGSTOP);
        for (const pid_t connection : listener_.children())
            test::comes_true([&] { return is_stopped(connection); });
        if (!is_stopped_with_a_lock()) return true;
        signal_all(SIGCONT);
        return false;
    };
    if (!test::comes_true(stop_without_lock))
        throw std::runtime_error("the p11-kit server held locks of the token all the time");
}

void RemoteHsm::go_on() const {
    signal_all(SIGCONT);
}

}  // namespace keyward::e2e
