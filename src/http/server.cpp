#include "http/server.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <pistache/endpoint.h>
#include <sys/socket.h>

#include "http/connection.hpp"
#include "http/pistache_adapter.hpp"
#include "http/server_context.hpp"

namespace keyward::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Pistache's own time-outs find clients by descriptor number, so they must never fire.
constexpr auto never = std::chrono::hours(24 * 365 * 100);

/// All clients have their answers by then; a handler that still runs is stuck.
constexpr milliseconds patience_with_handlers{2'000};

/// Address::fromUnix would take the port in network order for one in host order, so the port is passed
/// separately.
Pistache::Address pistache_address(const std::string& address, std::uint16_t port) {
    sockaddr_storage name{};
    auto* v4 = reinterpret_cast<sockaddr_in*>(&name);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&name);
    if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1)
        name.ss_family = AF_INET;
    else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1)
        name.ss_family = AF_INET6;
    else
        throw std::invalid_argument("http.address: " + address + " is no IP address");
    return {Pistache::IP(reinterpret_cast<sockaddr*>(&name)), Pistache::Port(port)};
}

/// Polls. Only for shutdown: latency does not matter then, and the awaited parts do not notify.
template <typename Condition>
bool wait_for(Condition condition, milliseconds time) {
    const auto end = steady_clock::now() + time;
    while (!condition()) {
        if (steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
}

}  // namespace

class Server::Impl {
  public:
    Impl(ServerSettings settings, RequestHandler handler, RefusalBody refusal_body)
        : address_(pistache_address(settings.address, settings.port)),
          context_(std::move(settings), std::move(handler), std::move(refusal_body)) {}

    void start();
    bool stop(milliseconds drain);
    [[nodiscard]] std::uint16_t port() const {
        return endpoint_ ? static_cast<std::uint16_t>(endpoint_->getPort()) : 0;
    }

  private:
    const Pistache::Address address_;
    ServerContext context_;
    ListeningSocket listening_;
    std::unique_ptr<Pistache::Http::Endpoint> endpoint_;  // its threads use the context, so it is destroyed
                                                          // first
};

void Server::Impl::start() {
    auto endpoint = std::make_unique<Pistache::Http::Endpoint>(address_);
    endpoint->init(Pistache::Http::Endpoint::options()
                       .threads(static_cast<int>(context_.settings.reactor_threads))
                       .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay |
                              Pistache::Tcp::Options::CloseOnExec)
                       .headerTimeout(never)
                       .bodyTimeout(never)
                       .keepaliveTimeout(never));
    endpoint->setHandler(std::make_shared<PistacheAdapter>(context_));
    try {
        endpoint->serveThreaded();
    } catch (const std::exception& failure) {
        throw std::runtime_error("can't listen on " + context_.settings.address + " port " +
                                 std::to_string(context_.settings.port) + ": " + failure.what());
    }
    endpoint_ = std::move(endpoint);
    listening_ = ListeningSocket(context_.settings.address, port());
}

bool Server::Impl::stop(milliseconds drain) {
    if (!endpoint_) return true;
    listening_.refuse_newcomers();
    context_.draining = true;
    const bool all_answered = wait_for([this] { return context_.in_flight == 0; }, drain);
    for (const auto& connection : context_.deadlines.all())
        connection->abandon();
    // Pistache closes its descriptors only while its threads run.
    wait_for([this] { return context_.open_peers == 0; }, milliseconds(1000));
    endpoint_->shutdown();
    endpoint_.reset();
    const bool all_ended = context_.pool.stop(patience_with_handlers);
    context_.deadlines.stop();
    return all_answered && all_ended;
}

Server::Server(ServerSettings settings, RequestHandler handler, RefusalBody refusal_body)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(handler), std::move(refusal_body))) {}

Server::~Server() {
    impl_->stop(milliseconds(0));
}

void Server::start() {
    impl_->start();
}

std::uint16_t Server::port() const {
    return impl_->port();
}

bool Server::stop(milliseconds drain) {
    return impl_->stop(drain);
}

}  // namespace keyward::http
