#pragma once

#include <optional>
#include <set>

#include "base/mutex.hpp"
#include "crypto/digest.hpp"
#include "hsm/operations/mechanism_info_cache.hpp"
#include "hsm/session/session_pool.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// An RSA key that OpenSSL generates for this process at the first call.
const keys::KeyMaterial& oaep_trial_key();

/// Whether private keys of the token decrypt OAEP with this hash. Tests that a session object of the trial
/// key decrypts what OpenSSL encrypted. SoftHSM2 accepts keys for OAEP with SHA-256 but can't use them. Also
/// returns false when the token does not accept the object. Throws when the token can't be reached, and
/// leaves no object behind.
bool decrypts_oaep(Lease& lease, const MechanismList& mechanisms, const keys::KeyMaterial& trial_key,
                   Digest hash);

/// The hashes for which the probe succeeded, valid within one epoch. Thread-safe.
class ProvedHashes {
  public:
    using Hashes = std::set<Digest>;

    [[nodiscard]] std::optional<Hashes> in(const Lease::Epoch& epoch) const;
    void keep(const Lease::Epoch& epoch, Hashes hashes);

  private:
    mutable Mutex mutex_;
    Lease::Epoch epoch_ KEYWARD_GUARDED_BY(mutex_){};
    std::optional<Hashes> hashes_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
