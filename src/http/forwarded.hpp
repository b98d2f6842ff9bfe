#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace keyward::http {

/// An IP address in its one canonical form; an IPv4 address in IPv6 clothes (::ffff:192.0.2.1) becomes the
/// IPv4 one. Empty when the text is no address.
std::string canonical_address(std::string_view text);

/// Who is asking, when proxies of our own may stand between.
class TrustedProxies {
  public:
    /// Throws std::invalid_argument when an entry is no IP address.
    explicit TrustedProxies(const std::vector<std::string>& addresses);

    /// The peer; or, when it is a trusted proxy, the last address of X-Forwarded-For that is not one. Proxies
    /// append, so what stands further left is the client's own claim. Where the list ends or holds no
    /// address, the nearest known hop counts.
    [[nodiscard]] std::string client_of(const std::string& peer, const Headers& headers) const;

    /// Whether the address, in its canonical form, is a proxy's.
    [[nodiscard]] bool trusts(std::string_view address) const;

  private:
    std::vector<std::string> addresses_;
};

}  // namespace keyward::http
