#pragma once

#include <array>
#include <optional>
#include <vector>

#include "hsm/flags.hpp"
#include "hsm/query.hpp"
#include "hsm/session_pool.hpp"
#include "service/token.hpp"

namespace keyward::hsm {

/// A key object, found but not read. The handle holds as long as `Lease::era` stays the same.
struct FoundKey {
    CK_OBJECT_HANDLE object;
    Role role;
};

/// Every secret, private and public key object that the session can see. That includes session objects: an
/// object that SoftHSM2 was making when it was killed lies in the token with CKA_TOKEN false, and only what
/// else is read of it tells one from the other. Three searches through the whole token, and no reading.
std::vector<FoundKey> find_keys(Lease& lease);

/// Reads key objects, in one call each where the values have the length that ours have. For one thread.
class KeyReader {
  public:
    KeyReader();
    /// Nothing when the object is gone, and for a session object.
    std::optional<service::TokenObject> read(Lease& lease, const FoundKey& key);

  private:
    std::array<Query, 3> queries_;  ///< by role; made once, since their buffers are large
};

/// Those of `keys` that are half-made.
std::vector<FoundKey> half_made_among(Lease& lease, const std::vector<FoundKey>& keys);

/// Destroys the objects; how many. One that is gone already is not counted.
std::size_t destroy_keys(Lease& lease, const std::vector<FoundKey>& keys);

}  // namespace keyward::hsm
