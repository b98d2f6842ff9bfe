#include "service/auth/login_network.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <arpa/inet.h>

namespace keyward::service {
namespace {

constexpr std::size_t v4_octets = 3;
constexpr std::size_t v6_octets = 7;

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
    if (::inet_pton(AF_INET, address.c_str(), v4.data()) == 1) return without_host(AF_INET, v4, v4_octets);
    std::array<std::uint8_t, sizeof(in6_addr)> v6{};
    if (::inet_pton(AF_INET6, address.c_str(), v6.data()) == 1) return without_host(AF_INET6, v6, v6_octets);
    return address;
}

}  // namespace keyward::service
