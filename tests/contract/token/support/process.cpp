#include "tests/contract/token/support/process.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyward::tests {
namespace {

pid_t start(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
            int output) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        if (!environment.contains(text.substr(0, text.find('=')))) variables.push_back(text);
    }
    for (const auto& [name, value] : environment)
        variables.push_back(name + "=" + value);
    std::vector<char*> arguments;
    std::vector<char*> pointers;
    for (const std::string& part : command)
        arguments.push_back(const_cast<char*>(part.c_str()));
    for (const std::string& part : variables)
        pointers.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    pid_t pid = 0;
    const int failed =
        posix_spawnp(&pid, command.front().c_str(), &actions, nullptr, arguments.data(), pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error(command.front() + ": " + std::strerror(failed));
    return pid;
}

}  // namespace

Finished run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    const pid_t pid = start(command, environment, pipe_ends[1]);
    close(pipe_ends[1]);
    Finished finished{0, {}};
    std::array<char, 4096> part{};
    for (ssize_t size = 0; (size = read(pipe_ends[0], part.data(), part.size())) > 0;)
        finished.output.append(part.data(), static_cast<std::size_t>(size));
    close(pipe_ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return finished;
}

Background::Background(const std::vector<std::string>& command,
                       const std::map<std::string, std::string>& environment)
    : pid_(0) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_ = start(command, environment, nowhere);
    close(nowhere);
}

Background::~Background() {
    kill();
}

void Background::kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

}  // namespace keyward::tests
