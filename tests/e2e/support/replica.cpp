#include "tests/e2e/support/replica.hpp"

#include <stdexcept>

#include "tests/e2e/support/http_client.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

/// The configuration of the home with another port.
std::string configuration(const Home& home, std::uint16_t port) {
    std::string text = test::read_file(home.config());
    const std::string own = "port = " + std::to_string(home.port());
    text.replace(text.find(own), own.size(), "port = " + std::to_string(port));
    return home.folder().write("replica.toml", text);
}

std::vector<std::string> command(const Home& home, std::uint16_t port) {
    return {"sh",
            "-c",
            R"(exec "$@" </dev/null 2>>"$0")",
            home.folder().file("replica.log"),
            keyward_binary(),
            "serve",
            "--config",
            configuration(home, port)};
}

}  // namespace

Replica::Replica(const Home& home) : process_(command(home, port_), home.environment()) {
    HttpClient client(port_);
    if (!test::comes_true([&] { return client.send({.path = "/health/ready"}).status == 200; },
                          std::chrono::seconds(30)))
        throw std::runtime_error("the replica did not start: " +
                                 test::read_file(home.folder().file("replica.log")));
}

}  // namespace keyward::e2e
