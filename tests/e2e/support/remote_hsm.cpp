#include "tests/e2e/support/remote_hsm.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/e2e/support/polling.hpp"

namespace keyward::e2e {
namespace {

bool accepts_connections(const std::string& path) {
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    const bool accepted = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return accepted;
}

/// The server forks for each connection.
std::vector<pid_t> children_of(pid_t parent) {
    std::ifstream list("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; list >> child;)
        children.push_back(child);
    return children;
}

}  // namespace

RemoteHsm::RemoteHsm(const Home& home)
    : listener_({"p11-kit", "server", "--foreground", "--provider", softhsm_module, "--name",
                 home.remote_socket(), "pkcs11:"},
                home.environment()) {
    if (!comes_true([&] { return accepts_connections(home.remote_socket()); }))
        throw std::runtime_error("the p11-kit server did not start");
}

RemoteHsm::~RemoteHsm() {
    for (const pid_t connection : children_of(listener_.pid()))
        ::kill(connection, SIGKILL);
}

void RemoteHsm::signal_all(int number) const {
    listener_.signal(number);
    for (const pid_t connection : children_of(listener_.pid()))
        ::kill(connection, number);
}

void RemoteHsm::hang() const {
    signal_all(SIGSTOP);
}

void RemoteHsm::go_on() const {
    signal_all(SIGCONT);
}

}  // namespace keyward::e2e
