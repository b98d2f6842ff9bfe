#include "tests/support/raw_http.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keyward::test {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

sockaddr_in loopback(const std::string& address, std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
    return name;
}

void set_option(int socket, int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

std::optional<std::string> RawAnswer::header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
        const auto end = std::min(rest.find("\r\n"), rest.size());
        const auto line = rest.substr(0, end);
        if (line.size() > name.size() && line[name.size()] == ':' &&
            ::strncasecmp(line.data(), name.data(), name.size()) == 0)
            return std::string(line.substr(std::min(name.size() + 2, line.size())));
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return std::nullopt;
}

RawClient::RawClient(std::uint16_t port, int receive_buffer, const std::string& source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) fail("socket");
    if (receive_buffer > 0) set_option(socket_, SOL_SOCKET, SO_RCVBUF, receive_buffer);
    set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
    if (!source.empty()) {
        set_option(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        const auto own = loopback(source, 0);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail("bind");
    }
    const auto server = loopback("127.0.0.1", port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
        const int error = errno;
        close();
        errno = error;
        fail("connect");
    }
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient& RawClient::operator=(RawClient&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(buffer_, other.buffer_);
    return *this;
}

bool RawClient::send(std::string_view octets) const {
    while (!octets.empty()) {
        const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

RawClient::Input RawClient::receive(steady_clock::time_point until) {
    std::array<char, 65536> octets{};
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
        pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return Input::nothing;
        const auto got = ::recv(socket_, octets.data(), octets.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Input::end;
        buffer_.append(octets.data(), static_cast<std::size_t>(got));
        return Input::octets;
    }
}

bool RawClient::begins_to_read(milliseconds time) {
    return receive(steady_clock::now() + time) == Input::octets;
}

std::optional<RawAnswer> RawClient::read_answer(bool without_body, milliseconds time) {
    const auto until = steady_clock::now() + time;
    auto end_of_head = buffer_.find("\r\n\r\n");
    while (end_of_head == std::string::npos) {
        if (receive(until) != Input::octets) return std::nullopt;
        end_of_head = buffer_.find("\r\n\r\n");
    }
    RawAnswer answer;
    answer.head = buffer_.substr(0, end_of_head + 2);
    buffer_.erase(0, end_of_head + 4);
    if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length = std::stoul(answer.header("Content-Length").value_or("0"));
    if (without_body) return answer;
    while (buffer_.size() < length) {
        if (receive(until) != Input::octets) return std::nullopt;
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
}

std::optional<RawAnswer> RawClient::ask(std::string_view request) {
    if (!send(request)) return std::nullopt;
    return read_answer();
}

std::string RawClient::read_to_end(milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (receive(until) == Input::octets) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_exactly(std::size_t size, milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (buffer_.size() < size && receive(until) == Input::octets) {
    }
    std::string octets = buffer_.substr(0, size);
    buffer_.erase(0, octets.size());
    return octets;
}

bool RawClient::is_reset(milliseconds time) {
    const auto until = steady_clock::now() + time;
    errno = 0;
    Input input = Input::octets;
    while (input == Input::octets) {
        errno = 0;
        input = receive(until);
    }
    return input == Input::end && errno == ECONNRESET;
}

bool RawClient::is_closed(milliseconds time) {
    return buffer_.empty() && receive(steady_clock::now() + time) == Input::end;
}

bool RawClient::stays_silent(milliseconds time) {
    return buffer_.empty() && receive(steady_clock::now() + time) == Input::nothing;
}

void RawClient::close_half() const {
    ::shutdown(socket_, SHUT_WR);
}

void RawClient::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void RawClient::close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::optional<std::string> dechunked(std::string_view body) {
    std::string octets;
    while (true) {
        std::size_t size = 0;
        const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), size, 16);
        if (error != std::errc()) return std::nullopt;
        body.remove_prefix(static_cast<std::size_t>(end - body.data()));
        if (!body.starts_with("\r\n") || body.size() < size + 4) return std::nullopt;
        octets.append(body.substr(2, size));
        body.remove_prefix(2 + size);
        if (!body.starts_with("\r\n")) return std::nullopt;
        body.remove_prefix(2);
        if (size == 0) return body.empty() ? std::optional(octets) : std::nullopt;
    }
}

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string post(std::string_view target, std::string_view body) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

}  // namespace keyward::test
