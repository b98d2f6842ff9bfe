#pragma once

#include <vector>

#include "base/ids.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/objects/object_handle_cache.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// What a handle refers to, according to the token at this moment. A module may reuse the handle of a
/// destroyed object for another one.
enum class Standing { ours, another, gone };

/// Reads the object's CKA_ID. Throws when the token can't answer.
Standing standing_of(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id);

/// The objects that an import has created so far. The destructor destroys what was not kept, the last object
/// first, each after reading its CKA_ID. Where the module returned the handle of another object, the created
/// one is searched by its CKA_ID. Without a session nothing is destroyed: session objects have ended with
/// their session.
class MadeObjects {
  public:
    /// Both are borrowed; `id` is the CKA_ID of every object created.
    MadeObjects(Lease& lease, const ObjectId& id) : lease_(lease), id_(id) {
        objects_.reserve(most_of_a_key);  // a created object must not be lost for lack of memory
    }
    MadeObjects(const MadeObjects&) = delete;
    MadeObjects& operator=(const MadeObjects&) = delete;
    MadeObjects(MadeObjects&&) = delete;
    MadeObjects& operator=(MadeObjects&&) = delete;
    ~MadeObjects();

    /// Throws TokenFault::mismatch for an invalid handle, and for a handle that was added before.
    void add(CK_OBJECT_HANDLE object);
    void keep();

  private:
    static constexpr std::size_t most_of_a_key = 2;

    void destroy_all();

    Lease& lease_;
    const ObjectId& id_;
    std::vector<CK_OBJECT_HANDLE> objects_;
    bool lost_track_ = false;  ///< an object was created whose handle is not known
};

/// Returns every object with these attributes, of the token and of the process's sessions. Each appears once,
/// even if the module repeats it. Throws when there are more than a token can hold.
std::vector<CK_OBJECT_HANDLE> find_matching(Lease& lease, AttributeTemplate& wanted);

/// Returns the secret, private and public keys in the token with this CKA_ID, the public ones last. Ignores
/// other objects with the id, such as the certificate of a key. Throws when the session has lost its login,
/// since it could not see the keys, and TokenFault::mismatch when the module returns only objects with
/// another CKA_ID. Searches the whole token: not for the hot path.
std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id);

/// Returns the handles of the private or secret object and of the public object whose key has that hash;
/// without a hash, of the first public object. When only other public objects exist, `absent_sha256` is set
/// and the log says so. Throws TokenFault::mismatch when there are several private or secret objects.
KeyHandles find_handles(Lease& lease, const ObjectId& id, const std::string& public_key_sha256);

/// Destroys one object immediately after reading its CKA_ID and comparing it with this one. Objects with a
/// CKA_ID are destroyed by handle only through this function. Returns what the object was found to be; `ours`
/// has been destroyed. An object that another process destroys in between is `gone`, regardless of the
/// module's error.
Standing destroy_if_ours(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id);

/// Destroys the objects with this id. Returns their number, without those that other processes destroyed in
/// between.
std::size_t destroy_objects(Lease& lease, const ObjectId& id);

}  // namespace keyward::hsm
