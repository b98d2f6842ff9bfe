#include "tests/support/command.hpp"

#include <chrono>
#include <stdexcept>

#include "tests/support/child_process.hpp"
#include "tests/support/files.hpp"

namespace keyward::test {

CommandResult run_command(const std::vector<std::string>& command,
                          const std::vector<std::string>& environment) {
    const TemporaryFolder folder;
    std::vector<std::string> through_shell{"sh", "-c", R"(exec "$@" </dev/null 2>"$0")",
                                           folder.file("errors")};
    through_shell.insert(through_shell.end(), command.begin(), command.end());
    ChildProcess process(through_shell, environment);
    CommandResult result;
    result.output = process.read_all(std::chrono::minutes(1));
    const auto code = process.wait();
    if (!code) throw std::runtime_error(command.front() + " does not end");
    result.code = *code;
    result.errors = read_file(folder.file("errors"));
    return result;
}

std::string output_of(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    CommandResult result = run_command(command, environment);
    if (result.code == 0) return std::move(result.output);
    std::string line;
    for (const std::string& word : command)
        line += word + " ";
    throw std::runtime_error(line + "ended with " + std::to_string(result.code) + ": " + result.errors);
}

}  // namespace keyward::test
