#include "http/pistache_adapter.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pistache/peer.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "http/client_address.hpp"
#include "http/connection.hpp"

namespace keyward::http {
namespace {

constexpr const char* connection_data = "connection";  // fits into a string without allocation

std::string address_of_peer(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* octets =
        address.ss_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr)
            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&address)->sin_addr);
    if (::inet_ntop(address.ss_family, octets, text.data(), text.size()) == nullptr) return {};
    return canonical_address(text.data());
}

/// The data attached to a peer. Emptied when the peer goes, so that a connection is never destroyed inside
/// Pistache's own cleanup.
struct PeerData {
    explicit PeerData(std::shared_ptr<Connection> peers_connection)
        : connection(std::move(peers_connection)) {}

    std::shared_ptr<Connection> connection;
};

PeerData* peer_data_of(const Pistache::Tcp::Peer& peer) {
    return static_cast<PeerData*>(peer.tryGetData(connection_data).get());
}

}  // namespace

PistacheAdapter::PistacheAdapter(ServerContext& context)
    : context_(&context), idle_parser_(std::make_shared<Pistache::Http::RequestParser>(std::size_t{1})) {}

void PistacheAdapter::onRequest(const Pistache::Http::Request& /*request*/,
                                Pistache::Http::ResponseWriter /*response*/) {
    log::error("http.guard_was_passed_by");  // onInput feeds no parser, so this is unreachable
}

/// Pistache calls this on the peer's reactor thread before it reads, while the descriptor is open. An
/// exception here would end the process.
void PistacheAdapter::onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
    ++context_->open_peers;
    try {
        peer->putData(ParserData, idle_parser_);
        if (auto connection = admit(peer->fd()))
            return peer->putData(connection_data, std::make_shared<PeerData>(std::move(connection)));
    } catch (const std::exception&) {
        log::warn("http.connection_not_taken");
    }
    ::shutdown(peer->fd(), SHUT_RDWR);
}

std::shared_ptr<Connection> PistacheAdapter::admit(int socket) const {
    if (context_->draining) return nullptr;
    FileDescriptor own(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
    if (!own) return nullptr;
    auto connection = std::make_shared<Connection>(std::move(own), address_of_peer(socket), *context_);
    if (!connection->takes_its_place()) return nullptr;
    return context_->deadlines.add(connection) ? connection : nullptr;
}

void PistacheAdapter::onInput(const char* buffer, size_t length,
                              const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
    if (const auto* data = peer_data_of(*peer)) data->connection->receive(as_bytes({buffer, length}));
    // The buffer is on Pistache's stack and not const there. Without this it would keep part of a secret body
    // until it is overwritten.
    ::explicit_bzero(const_cast<char*>(buffer), length);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

void PistacheAdapter::onDisconnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
    if (auto* data = peer_data_of(*peer)) {
        data->connection->input_ended();
        data->connection.reset();
    }
    --context_->open_peers;
}

namespace {

constexpr int backlog = 1024;

bool listens_at(int descriptor, const std::string& address, std::uint16_t port) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
        return false;
    sockaddr_storage name{};
    size = sizeof name;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0) return false;
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&name);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&name);
    const bool is_v6 = name.ss_family == AF_INET6;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* octets =
        is_v6 ? static_cast<const void*>(&v6->sin6_addr) : static_cast<const void*>(&v4->sin_addr);
    if (::inet_ntop(name.ss_family, octets, text.data(), text.size()) == nullptr) return false;
    return ntohs(is_v6 ? v6->sin6_port : v4->sin_port) == port && canonical_address(text.data()) == address;
}

int find(const std::string& address, std::uint16_t port) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const auto name = entry.path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        if (listens_at(descriptor, address, port)) return descriptor;
    }
    throw std::runtime_error("the listening socket of " + address + " was not found");
}

}  // namespace

ListeningSocket::ListeningSocket(const std::string& address, std::uint16_t port)
    : number_(find(canonical_address(address), port)) {
    ::listen(number_, backlog);
}

void ListeningSocket::refuse_newcomers() noexcept {
    if (number_ < 0) return;
    const FileDescriptor idle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int number = std::exchange(number_, -1);
    if (idle) ::dup3(idle.get(), number, O_CLOEXEC);
}

}  // namespace keyward::http
