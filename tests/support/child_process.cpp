#include "tests/support/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyward::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (auto& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// True when the descriptor has input (or its end) before the time is over.
bool wait_for_input(int descriptor, steady_clock::time_point until) {
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
        pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, std::vector<std::string> extra_environment) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    for (char** name = environ; *name != nullptr; ++name)
        extra_environment.emplace_back(*name);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int error = ::posix_spawnp(&pid_, command.front().c_str(), &actions, nullptr,
                                     pointers(command).data(), pointers(extra_environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
    if (error != 0) {
        ::close(output_);
        throw std::system_error(error, std::generic_category(), command.front());
    }
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

ChildProcess::~ChildProcess() {
    if (!exit_) {
        ::kill(pid_, SIGKILL);
        has_ended(0);
    }
    ::close(output_);
    if (pidfd_ >= 0) ::close(pidfd_);
}

bool ChildProcess::receive(steady_clock::time_point until) {
    std::array<char, 4096> octets{};
    if (!wait_for_input(output_, until)) return false;
    const auto got = ::read(output_, octets.data(), octets.size());
    if (got <= 0) return false;
    buffer_.append(octets.data(), static_cast<std::size_t>(got));
    return true;
}

std::optional<std::string> ChildProcess::read_line(milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (buffer_.find('\n') == std::string::npos) {
        if (!receive(until)) return std::nullopt;
    }
    const auto end = buffer_.find('\n');
    auto line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
}

std::string ChildProcess::read_all(milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (receive(until)) {
    }
    return std::exchange(buffer_, {});
}

void ChildProcess::signal(int number) const {
    if (!exit_) ::kill(pid_, number);
}

bool ChildProcess::has_ended(int flags) {
    if (exit_) return true;
    int status = 0;
    pid_t ended = 0;
    do
        ended = ::waitpid(pid_, &status, flags);
    while (ended < 0 && errno == EINTR);
    if (ended != pid_) return false;
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
}

std::optional<int> ChildProcess::wait(milliseconds time) {
    if (pidfd_ >= 0 && !exit_ && !wait_for_input(pidfd_, steady_clock::now() + time)) return std::nullopt;
    has_ended(pidfd_ >= 0 ? WNOHANG : 0);
    return exit_;
}

std::optional<int> ChildProcess::terminate(milliseconds time) {
    signal(SIGTERM);
    return wait(time);
}

bool ChildProcess::is_running() {
    return !has_ended(WNOHANG);
}

std::vector<pid_t> ChildProcess::children() const {
    const std::string id = std::to_string(pid_);
    std::ifstream list("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> all;
    for (pid_t child = 0; list >> child;)
        all.push_back(child);
    return all;
}

// Reads utime and stime, the 14th and 15th field of /proc/PID/stat (proc(5)). The second field may contain
// spaces and ends with a parenthesis.
milliseconds ChildProcess::cpu_time() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace keyward::test
