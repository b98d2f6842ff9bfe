#include "tests/http/server_under_test.hpp"

#include <stdexcept>
#include <utility>

#include <poll.h>

#include "tests/support/polling.hpp"

namespace keyward::test {
namespace {

std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GUARD_TEST_SERVER);
    return arguments;
}

std::uint16_t port_of(ChildProcess& process) {
    const auto line = process.read_line();
    if (!line || !line->starts_with("port ")) throw std::runtime_error("the test server did not start");
    return static_cast<std::uint16_t>(std::stoi(line->substr(5)));
}

}  // namespace

ServerUnderTest::ServerUnderTest(std::vector<std::string> arguments)
    : process_(command(std::move(arguments))), port_(port_of(process_)) {}

std::string ServerUnderTest::fetch(const std::string& target) const {
    auto client = connect();
    const auto answer = client.ask(get(target));
    return answer ? answer->body : "no answer";
}

bool ServerUnderTest::comes_to(const std::string& target, const std::string& body) const {
    return comes_true([&] { return fetch(target) == body; });
}

std::chrono::milliseconds ServerUnderTest::cpu_in(std::chrono::milliseconds window) {
    const auto before = process_.cpu_time();
    ::poll(nullptr, 0, static_cast<int>(window.count()));
    return process_.cpu_time() - before;
}

}  // namespace keyward::test
