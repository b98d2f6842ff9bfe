#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace keyward {

/// From which networks (`login_network`) users have logged in, as the catalogue keeps it. Calls throw
/// CatalogueError. Any thread may call.
class LoginNetworks {
  public:
    LoginNetworks() = default;
    LoginNetworks(const LoginNetworks&) = delete;
    LoginNetworks& operator=(const LoginNetworks&) = delete;
    virtual ~LoginNetworks() = default;

    /// When the user last logged in from that network; nothing when that is not known, also of the user.
    virtual std::optional<Instant> last_login(const std::string& user_name, const std::string& network) = 0;
    virtual void keep_login(const std::string& user_id, const std::string& network, Instant at) = 0;
    /// Forgets the networks from which the last login was before.
    virtual void forget_logins(Instant before) = 0;
};

}  // namespace keyward
