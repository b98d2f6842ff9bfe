#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.hpp"
#include "http/message.hpp"

namespace keyward::http {

/// The canonical form of an IP address. An IPv4-mapped IPv6 address (::ffff:192.0.2.1) becomes the IPv4
/// address. Empty when the text is not an address.
std::string canonical_address(std::string_view text);

/// Determines the address of the client behind trusted proxies.
class TrustedProxies {
  public:
    /// Throws std::invalid_argument when an entry is not an IP address.
    explicit TrustedProxies(const std::vector<std::string>& addresses);

    /// The peer's address. If the peer is a trusted proxy: the last address of X-Forwarded-For that is not a
    /// trusted proxy. Proxies append, so entries further left are claims of the client. Where the list ends
    /// or an entry is not an address, the nearest known hop counts.
    [[nodiscard]] std::string client_of(const std::string& peer, const Headers& headers) const;

    /// Whether the address, in canonical form, is that of a trusted proxy.
    [[nodiscard]] bool trusts(std::string_view address) const;

  private:
    std::vector<std::string> addresses_;
};
/// Of an IPv6 address: the length of the network that counts as one client.
inline constexpr std::size_t address_group_octets = 8;

/// The unit by which clients are counted. An IPv6 address gives its /64 network, because one machine may have
/// a whole one. An IPv4 address, and text that is not an address, stay as they are.
std::string address_group(const std::string& address);

/// Limits how much of a resource each address may hold, so that one client cannot hold all of it.
/// Thread-safe.
class AddressShares {
  public:
    explicit AddressShares(std::size_t most_of_one) : most_of_one_(most_of_one) {}
    AddressShares(const AddressShares&) = delete;
    AddressShares& operator=(const AddressShares&) = delete;
    ~AddressShares() = default;

    /// The amount one client holds; returned on destruction. Not thread-safe. The shares must outlive it.
    class Share {
      public:
        Share() = default;
        Share(AddressShares& shares, const std::string& address)
            : shares_(&shares), address_(address_group(address)) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        Share(Share&& other) noexcept
            : shares_(std::exchange(other.shares_, nullptr)),
              address_(std::move(other.address_)),
              size_(std::exchange(other.size_, 0)) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(shares_, other.shares_);
            std::swap(address_, other.address_);
            std::swap(size_, other.size_);
            return *this;
        }
        ~Share();

        /// False, without a change, when the address would exceed its limit. Always succeeds without an
        /// address.
        bool resize(std::size_t size);

      private:
        AddressShares* shares_ = nullptr;
        std::string address_;
        std::size_t size_ = 0;
    };

  private:
    bool change(const std::string& address, std::size_t from, std::size_t to);

    const std::size_t most_of_one_;
    Mutex mutex_;
    std::unordered_map<std::string, std::size_t> held_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::http
