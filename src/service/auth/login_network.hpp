#pragma once

#include <string>

namespace keyward::service {

/// The network that a client's address is counted under: the /24 of an IPv4 address (`192.0.2.0/24`), the /56
/// of an IPv6 address (`2001:db8:0:100::/56`), which is what providers give to one customer. Text that is not
/// an address is returned unchanged.
std::string login_network(const std::string& address);

}  // namespace keyward::service
