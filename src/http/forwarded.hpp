#pragma once

#include <string>
#include <string_view>
#include <vector>

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

}  // namespace keyward::http
