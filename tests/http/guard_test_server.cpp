// The guarded server, or with --stock the bare Pistache behind it, with the same few handlers.
// Usage: guard_test_server [--stock] [name=value …]; `settings_from` lists the names.
// Prints `port N`, serves until SIGTERM, then drains and prints `answered all` or `gave up`. SIGUSR1 releases
// held requests, also while it drains.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <string>
#include <vector>

#include <signal.h>

#include "base/log.hpp"
#include "http/server.hpp"
#include "tests/http/test_handlers.hpp"

namespace {

using std::chrono::milliseconds;
using Arguments = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t stock_threads = 2;

std::size_t number(const std::string& text) {
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

keyward::http::ServerSettings settings_from(const Arguments& arguments) {
    keyward::http::ServerSettings settings;
    settings.port = 0;
    const std::map<std::string_view, milliseconds*> times{{"header_deadline", &settings.header_deadline},
                                                          {"body_deadline", &settings.body_deadline},
                                                          {"idle_deadline", &settings.idle_deadline},
                                                          {"write_deadline", &settings.write_deadline},
                                                          {"linger_deadline", &settings.linger_deadline}};
    const std::map<std::string_view, std::size_t*> sizes{
        {"max_body", &settings.max_body},
        {"max_connections", &settings.max_connections},
        {"max_connections_of_address", &settings.max_connections_of_address},
        {"max_body_memory", &settings.max_body_memory},
        {"max_body_memory_of_address", &settings.max_body_memory_of_address},
        {"max_unsent_memory", &settings.max_unsent_memory},
        {"reactor_threads", &settings.reactor_threads},
        {"handler_threads", &settings.handler_threads},
        {"handler_queue", &settings.handler_queue}};
    for (const auto& [name, value] : arguments) {
        if (times.contains(name)) *times.at(name) = milliseconds(number(value));
        if (sizes.contains(name)) *sizes.at(name) = number(value);
        if (name == "trusted_proxy") settings.trusted_proxies.push_back(value);
        if (name == "port") settings.port = static_cast<std::uint16_t>(number(value));
    }
    return settings;
}

void say(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

sigset_t awaited_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGUSR1);
    return signals;
}

void wait_for_the_end() {
    const auto signals = awaited_signals();
    int received = 0;
    while (received != SIGTERM)
        ::sigwait(&signals, &received);
}

/// True when SIGUSR1 arrives within the time.
bool wait_for_release(milliseconds time) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    const timespec limit{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
    return ::sigtimedwait(&signals, nullptr, &limit) == SIGUSR1;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> words(values + 1, values + count);
    Arguments arguments;
    for (const auto& word : words) {
        const auto equals = std::min(word.find('='), word.size());
        arguments[word.substr(0, equals)] = word.substr(std::min(equals + 1, word.size()));
    }
    const auto signals =
        awaited_signals();  // blocked before any thread starts, so that no thread receives one
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    if (arguments.contains("--stock")) {
        const keyward::test::StockServer server(stock_threads);
        say("port " + std::to_string(server.port()));
        wait_for_the_end();
        std::_Exit(0);  // a thread may hang forever, and the destructor would wait for it
    }
    keyward::log::only_warnings();
    keyward::test::TestHandlers handlers;
    keyward::http::Server server(
        settings_from(arguments),
        [&handlers](keyward::http::Request& request) { return handlers.handle(request); },
        keyward::test::refusal);
    server.start();
    say("port " + std::to_string(server.port()));
    wait_for_the_end();
    const milliseconds drain(arguments.contains("drain") ? number(arguments["drain"]) : 5000);
    const auto let_go = std::chrono::steady_clock::now() + drain + milliseconds(500);
    auto stopped = std::async(std::launch::async, [&server, drain] { return server.stop(drain); });
    // The server waits for handlers that still hold, so they must be released at the latest when the drain
    // has been given up.
    while (stopped.wait_for(milliseconds(0)) != std::future_status::ready) {
        const bool asked = wait_for_release(milliseconds(20));
        if (asked || std::chrono::steady_clock::now() > let_go) handlers.release();
    }
    say(stopped.get() ? "answered all" : "gave up");
    return 0;
}
