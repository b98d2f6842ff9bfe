#include "tests/e2e/support/server.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "tests/e2e/support/http_client.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::vector<std::string> command(const Home& home) {
    return {"sh",
            "-c",
            R"(exec "$@" </dev/null 2>>"$0")",
            home.folder().file("log"),
            keyward_binary(),
            "serve",
            "--config",
            home.config()};
}

/// As /health/ready reports it to the holder of a token.
std::size_t environments_up(const Answer& answer) {
    const auto body = answer.json();
    if (answer.status != 200 || !body.is_object() || !body.contains("environments")) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        body["environments"], [](const auto& entry) { return entry.value("status", "") == "up"; }));
}

}  // namespace

Server::Server(const Home& home, std::size_t live_environments)
    : home_(&home), process_(command(home), home.environment()) {
    await("/health/live", [](const Answer& answer) { return answer.status == 200; });
    await("/health/ready",
          [&](const Answer& answer) { return environments_up(answer) == live_environments; });
}

void Server::await(const char* path, const std::function<bool(const Answer&)>& arrived) {
    HttpClient client(home_->port());
    const auto until = steady_clock::now() + std::chrono::seconds(30);
    while (!arrived(client.send({.path = path, .token = home_->token()}))) {
        // The wait for the end of the process is also the pause between two requests.
        if (process_.wait(milliseconds(20))) throw std::runtime_error("keyward serve ended: " + log());
        if (steady_clock::now() > until)
            throw std::runtime_error(std::string(path) + " is not there: " + log());
    }
}

void Server::kill() {
    process_.signal(SIGKILL);
    process_.wait();
}

std::string Server::log() const {
    return test::read_file(home_->folder().file("log"));
}

bool Server::comes_to_rest(milliseconds patience) {
    test::RawClient silent(home_->port());
    const auto until = steady_clock::now() + patience;
    while (steady_clock::now() < until) {
        const auto before = process_.cpu_time();
        if (!silent.stays_silent(milliseconds(250))) silent = test::RawClient(home_->port());
        if (process_.cpu_time() - before <= milliseconds(20)) return true;
    }
    return false;
}

}  // namespace keyward::e2e
