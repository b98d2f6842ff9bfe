#include "http/client_address.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <arpa/inet.h>

#include "http/syntax.hpp"

namespace keyward::http {

std::string canonical_address(std::string_view text) {
    const std::string name(text);
    std::array<char, INET6_ADDRSTRLEN> printed{};
    in_addr v4{};
    if (::inet_pton(AF_INET, name.c_str(), &v4) == 1)
        return ::inet_ntop(AF_INET, &v4, printed.data(), printed.size());
    in6_addr v6{};
    if (::inet_pton(AF_INET6, name.c_str(), &v6) != 1) return {};
    if (!IN6_IS_ADDR_V4MAPPED(&v6)) return ::inet_ntop(AF_INET6, &v6, printed.data(), printed.size());
    return ::inet_ntop(AF_INET, &v6.s6_addr[12], printed.data(), printed.size());
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) {
        addresses_.push_back(canonical_address(address));
        if (addresses_.back().empty())
            throw std::invalid_argument("trusted_proxies: " + address + " is no IP address");
    }
}

bool TrustedProxies::trusts(std::string_view address) const {
    return std::ranges::find(addresses_, address) != addresses_.end();
}

std::string TrustedProxies::client_of(const std::string& peer, const Headers& headers) const {
    std::string nearest = peer;
    if (!trusts(nearest)) return nearest;
    for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
        if (header->first != "x-forwarded-for") continue;
        std::string_view list = header->second;
        while (true) {
            const auto comma = list.rfind(',');
            const auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
            auto hop = canonical_address(trimmed(last));
            if (hop.empty()) return nearest;
            nearest = std::move(hop);
            if (!trusts(nearest)) return nearest;
            if (comma == std::string_view::npos) break;
            list = list.substr(0, comma);
        }
    }
    return nearest;
}

std::string address_group(const std::string& address) {
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
    std::fill(std::begin(v6.s6_addr) + address_group_octets, std::end(v6.s6_addr), std::uint8_t{0});
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
    const Lock lock(mutex_);
    const auto held = held_.try_emplace(address, 0).first;
    const std::size_t after = held->second - from + to;
    const bool fits = to <= from || after <= most_of_one_;
    if (fits) held->second = after;
    if (held->second == 0) held_.erase(held);
    return fits;
}

}  // namespace keyward::http
