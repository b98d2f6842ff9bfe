#include "http/listening_socket.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file_descriptor.hpp"
#include "http/forwarded.hpp"

namespace keyward::http {
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
