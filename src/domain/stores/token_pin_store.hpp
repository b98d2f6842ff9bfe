#pragma once

#include <optional>
#include <string>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Which token holds the keys of an environment, by its serial number.
class TokenPinStore : public Store {
  public:
    /// Records `serial` as the serial number of the token that holds the environment's keys, unless one is
    /// recorded already. Returns the recorded one.
    virtual std::string pin_token(const std::string& environment, const std::string& serial,
                                  const AuditRecord& audit) = 0;
    /// The recorded serial number, if any.
    virtual std::optional<std::string> pinned_token(const std::string& environment) = 0;
    /// The token with the recorded serial number was initialized again and keeps that number. Its former
    /// objects are recorded under the serial number `former` from now on, as repin_token does for another
    /// token.
    virtual void retire_token(const std::string& environment, const std::string& former,
                              const AuditRecord& audit) = 0;
    /// Pins the environment to this token from now on. Records of objects in the previous token wait until
    /// that token is pinned again, or the objects are found in this one: tombstones of its objects are not
    /// worked on, and deployments carry its serial number. Undeploying such a deployment removes its row at
    /// once and leaves the tombstone waiting.
    virtual void repin_token(const std::string& environment, const std::string& serial,
                             const AuditRecord& audit) = 0;
};

}  // namespace keyward
