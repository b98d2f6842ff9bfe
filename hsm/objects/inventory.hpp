#pragma once

#include <array>
#include <optional>
#include <vector>

#include "domain/token.hpp"
#include "hsm/objects/attribute_policy.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// A key object, found but not read. The handle holds as long as `Lease::epoch` stays the same.
struct FoundKey {
    CK_OBJECT_HANDLE object;
    ObjectClass object_class;
};

/// Every secret, private and public key object in the token. Three searches through the whole token, and no
/// reading.
std::vector<FoundKey> find_keys(Lease& lease);

/// Every key object with CKA_TOKEN false: session objects, what others are making in the token at this
/// moment, and what SoftHSM2 was making when it was killed. CKA_TOKEN becomes true with the last that
/// SoftHSM2 writes. Don't read them at once: SoftHSM2 2.6.1 gives an object that it reads the attributes that
/// are missing there (newP11Object in src/lib/SoftHSM.cpp), and writes the whole file as it knew it. When
/// another process has finished the object meanwhile, its key is lost. To search writes nothing.
std::vector<FoundKey> find_unfinished(Lease& lease);

/// Reads key objects, in one call each where the values have the length that ours have. For one thread.
class KeyReader {
  public:
    KeyReader();
    /// Nothing when the object is gone or of another class, and for a session object.
    std::optional<TokenObject> read(Lease& lease, const FoundKey& key);

  private:
    std::array<AttributeQuery, 3> queries_;  ///< by role; made once, since their buffers are large
};

/// Those of the unfinished `keys` that are so still. One search when it is none.
std::vector<FoundKey> unfinished_among(Lease& lease, const std::vector<FoundKey>& keys);

/// Destroys those of `keys` that are incomplete; how many. Each is read right before: the handle of one that
/// is gone may be another object's by now. One that is gone is not counted.
std::size_t destroy_half_made_among(Lease& lease, const std::vector<FoundKey>& keys);

}  // namespace keyward::hsm
