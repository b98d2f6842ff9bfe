#include "tests/e2e/support/command.hpp"

#include <chrono>
#include <stdexcept>

#include "tests/e2e/support/folder.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

Outcome run_command(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    const Folder folder;
    std::vector<std::string> through_shell{"sh", "-c", R"(exec "$@" </dev/null 2>"$0")",
                                           folder.file("errors")};
    through_shell.insert(through_shell.end(), command.begin(), command.end());
    test::ChildProcess process(through_shell, environment);
    Outcome outcome;
    outcome.output = process.read_all(std::chrono::minutes(1));
    const auto code = process.wait();
    if (!code) throw std::runtime_error(command.front() + " does not end");
    outcome.code = *code;
    outcome.errors = read_file(folder.file("errors"));
    return outcome;
}

std::string output_of(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    Outcome outcome = run_command(command, environment);
    if (outcome.code == 0) return std::move(outcome.output);
    std::string line;
    for (const std::string& word : command)
        line += word + " ";
    throw std::runtime_error(line + "ended with " + std::to_string(outcome.code) + ": " + outcome.errors);
}

}  // namespace keyward::e2e
