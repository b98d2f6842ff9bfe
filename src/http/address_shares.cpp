#include "http/address_shares.hpp"

#include <array>

#include <arpa/inet.h>

namespace keyward::http {

std::string address_group(const std::string& address) {
    constexpr std::size_t network_octets = 8;
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
    std::fill(std::begin(v6.s6_addr) + network_octets, std::end(v6.s6_addr), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
}

AddressShares::Share::~Share() {
    if (shares_ != nullptr && size_ > 0) shares_->change(address_, size_, 0);
}

bool AddressShares::Share::resize(std::size_t size) {
    if (size == size_) return true;
    if (shares_ != nullptr && !shares_->change(address_, size_, size)) return false;
    size_ = size;
    return true;
}

bool AddressShares::change(const std::string& address, std::size_t from, std::size_t to) {
    const std::lock_guard lock(mutex_);
    const auto held = held_.try_emplace(address, 0).first;
    const std::size_t after = held->second - from + to;
    const bool fits = to <= from || after <= most_of_one_;
    if (fits) held->second = after;
    if (held->second == 0) held_.erase(held);
    return fits;
}

}  // namespace keyward::http
