#pragma once

#include <optional>
#include <string>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// The networks (`login_network`) from which users have logged in.
class LoginNetworks : public Store {
  public:
    /// When the user last logged in from that network; nothing when either is unknown.
    virtual std::optional<Instant> last_login(const std::string& user_name, const std::string& network) = 0;
    virtual void keep_login(const std::string& user_id, const std::string& network, Instant at) = 0;
    /// Removes the networks whose last login was before `before`.
    virtual void forget_logins(Instant before) = 0;
};

}  // namespace keyward
