#pragma once

#include <mutex>
#include <optional>
#include <set>

#include "crypto/digest.hpp"
#include "hsm/operations/mechanism_info_cache.hpp"
#include "hsm/session/session_pool.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// An RSA key that OpenSSL makes for this process, at the first call.
const keys::KeyMaterial& oaep_trial_key();

/// Whether private keys of the token decrypt OAEP with this hash: a session object of the trial key opens
/// what OpenSSL sealed. SoftHSM2 takes keys for OAEP with SHA-256 and can't use them. False also when the
/// token takes no such object. Throws when the token can't be reached, and leaves no object behind.
bool decrypts_oaep(Lease& lease, const MechanismList& offered, const keys::KeyMaterial& trial_key,
                   Digest hash);

/// The hashes for which that was proved, as long as the token is sure to be the same. Any thread may call.
class ProvedHashes {
  public:
    using Hashes = std::set<Digest>;

    [[nodiscard]] std::optional<Hashes> in(const Lease::Epoch& epoch) const;
    void keep(const Lease::Epoch& epoch, Hashes hashes);

  private:
    mutable std::mutex mutex_;
    Lease::Epoch epoch_{};
    std::optional<Hashes> hashes_;
};

}  // namespace keyward::hsm
