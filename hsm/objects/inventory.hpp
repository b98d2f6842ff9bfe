#pragma once

#include <array>
#include <optional>
#include <vector>

#include "domain/token.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// A key object that was found but not read. The handle is valid as long as `Lease::epoch` does not change.
struct FoundKey {
    CK_OBJECT_HANDLE object;
    ObjectClass object_class;
};

/// Returns every secret, private and public key object in the token. Makes three searches through the whole
/// token and reads nothing.
std::vector<FoundKey> find_keys(Lease& lease);

/// Returns every key object with CKA_TOKEN false: session objects, objects that other processes are creating
/// at this moment, and objects that SoftHSM2 was creating when it was killed. CKA_TOKEN becomes true with the
/// last attribute that SoftHSM2 writes. Don't read these objects at once: when SoftHSM2 2.6.1 reads an
/// object, it adds the missing attributes (newP11Object in src/lib/SoftHSM.cpp) and writes the whole file
/// from its own view. If another process has finished the object in the meantime, its key is lost. A search
/// writes nothing.
std::vector<FoundKey> find_incomplete(Lease& lease);

/// Reads key objects, with one call each when the values have the lengths of Keyward's own keys. Not
/// thread-safe.
class KeyReader {
  public:
    KeyReader();
    /// Returns nothing for a session object, and when the object no longer exists or is of another class.
    std::optional<TokenObject> read(Lease& lease, const FoundKey& key);

  private:
    std::array<AttributeQuery, 3> queries_;  ///< by object class; created once: their buffers are large
};

/// Returns those of the incomplete `keys` that are still incomplete. Makes one search when there are none.
std::vector<FoundKey> incomplete_among(Lease& lease, const std::vector<FoundKey>& keys);

/// Destroys those of `keys` that are incomplete and returns their number. Reads each one immediately before,
/// because the handle of a destroyed object may already refer to another one. Does not count objects that no
/// longer exist.
std::size_t destroy_incomplete_among(Lease& lease, const std::vector<FoundKey>& keys);

}  // namespace keyward::hsm
