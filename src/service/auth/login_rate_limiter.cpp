#include "service/auth/login_rate_limiter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <arpa/inet.h>

#include "base/bytes.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

/// The network of an IPv6 address, in hex; any other address unchanged.
std::string network_of(const std::string& address) {
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
    return to_hex(ByteView(v6.s6_addr).first(8)) + "/64";
}

}  // namespace

std::chrono::seconds LoginRateLimiter::wait(const std::string& user, const std::string& address) const {
    const auto now = clock_();
    const Lock lock(mutex_);
    const auto until = std::max(users_.waits_until(user), addresses_.waits_until(network_of(address)));
    return until <= now ? 0s : std::chrono::ceil<std::chrono::seconds>(until - now);
}

void LoginRateLimiter::failed(const std::string& user, const std::string& address) {
    const auto now = clock_();
    const Lock lock(mutex_);
    users_.failed(user, now);
    addresses_.failed(network_of(address), now);
}

void LoginRateLimiter::succeeded(const std::string& user) {
    const Lock lock(mutex_);
    users_.succeeded(user);
}

namespace {

template <std::size_t size>
std::string without_host(int family, std::array<std::uint8_t, size> octets, std::size_t kept) {
    std::fill(octets.begin() + static_cast<std::ptrdiff_t>(kept), octets.end(), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text{};
    return std::string(::inet_ntop(family, octets.data(), text.data(), text.size())) + "/" +
           std::to_string(8 * kept);
}

}  // namespace

std::string login_network(const std::string& address) {
    std::array<std::uint8_t, sizeof(in_addr)> v4{};
    if (::inet_pton(AF_INET, address.c_str(), v4.data()) == 1)
        return without_host(AF_INET, v4, login_network_v4_octets);
    std::array<std::uint8_t, sizeof(in6_addr)> v6{};
    if (::inet_pton(AF_INET6, address.c_str(), v6.data()) == 1)
        return without_host(AF_INET6, v6, login_network_v6_octets);
    return address;
}

}  // namespace keyward::service
