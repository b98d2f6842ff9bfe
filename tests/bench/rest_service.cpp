#include "tests/bench/rest_service.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/bench/statistics.hpp"
#include "tests/support/sockets.hpp"

namespace keyward::bench {
namespace {

void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

std::string without_line_end(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

}  // namespace

RestService::RestService(const std::string& binary, const std::string& folder, const std::string& pin,
                         std::size_t connections)
    : binary_(binary), config_(folder + "/keyward.toml") {
    const std::uint16_t port = test::free_port();
    write(folder + "/production.pin", pin);
    write(config_, "[http]\nport = " + std::to_string(port) +
                       "\n[policy]\nrequest_fingerprint_secret_file = \"" + folder +
                       "/idempotency.key\"\n[catalogue]\nurl = \"sqlite://" + folder +
                       "/keyward.db\"\n[[environment]]\nname = \"production\"\nmodule = \"" KEYWARD_SOFTHSM
                       "\"\ntoken_label = \"production\"\npin_source = \"file:" +
                       folder + "/production.pin\"\ndeadline = \"30s\"\n");
    command({"project", "create", "Bench", "--environments", "production"});
    command({"user", "create", "bench"});
    command({"grant", "bench", "Bench", "SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY", "SECRETS:USE"});
    authorization_ =
        "Authorization: Bearer " + without_line_end(command({"token", "create", "--user", "bench"})) + "\r\n";
    process_ =
        std::make_unique<test::ChildProcess>(std::vector<std::string>{binary_, "serve", "--config", config_});
    for (int tries = 0; clients_.size() < connections; ++tries) {
        try {
            clients_.emplace_back(port);
        } catch (const std::system_error&) {
            if (tries > 1000) throw;
            usleep(10'000);
        }
    }
}

std::string RestService::command(const std::vector<std::string>& words) const {
    std::vector<std::string> all{binary_};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--config", config_});
    test::ChildProcess child(all);
    std::string output = child.read_all();
    if (child.wait() != 0) throw std::runtime_error("keyward " + words.front() + " failed");
    return output;
}

std::string RestService::exchange(std::size_t client, const std::string& request) {
    const auto answer = clients_[client].ask(request);
    if (!answer) throw std::runtime_error("the connection ended");
    if (answer->status != 200)
        throw std::runtime_error("answered with " + std::to_string(answer->status) + ": " + answer->body);
    return answer->body;
}

std::string RestService::with_body(const std::string& method, const std::string& path,
                                   const std::string& body) const {
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization_ +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

std::string RestService::post(std::size_t client, const std::string& path, const std::string& body) {
    return exchange(client, with_body("POST", path, body));
}

void RestService::remove(std::size_t client, const std::string& path) {
    exchange(client, "DELETE " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization_ + "\r\n");
}

double RestService::resident_mib() const {
    return bench::resident_mib(process_->pid());
}

std::size_t RestService::descriptors() const {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(process_->pid()) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void RestService::get(std::size_t client, const std::string& path) {
    exchange(client, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization_ + "\r\n");
}

}  // namespace keyward::bench
