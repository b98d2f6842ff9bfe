#pragma once

#include <vector>

#include "base/ids.hpp"
#include "hsm/objects/attribute_template.hpp"
#include "hsm/objects/object_handle_cache.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// What the handle of an object of ours stands for, as the token says at this moment. A module may give the
/// handle of an object that is gone to another one.
enum class Standing { ours, another, gone };

/// Reads the object's CKA_ID. Throws when the token can't say.
Standing standing_of(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id);

/// The objects that an import has made so far. What is not kept is destroyed at its end, the one made last
/// first: each after its CKA_ID was read. Where the module has returned the handle of something else, what
/// was made is looked for by its CKA_ID. Without a session nothing is destroyed: session objects have ended
/// with theirs.
class MadeObjects {
  public:
    /// Both are borrowed; `id` is the CKA_ID of every object made.
    MadeObjects(Lease& lease, const ObjectId& id) : lease_(lease), id_(id) {
        objects_.reserve(most_of_a_key);  // an object that is made must not be lost for want of memory
    }
    MadeObjects(const MadeObjects&) = delete;
    MadeObjects& operator=(const MadeObjects&) = delete;
    MadeObjects(MadeObjects&&) = delete;
    MadeObjects& operator=(MadeObjects&&) = delete;
    ~MadeObjects();

    /// Throws TokenFault::mismatch for no handle, and for one that was added before.
    void add(CK_OBJECT_HANDLE object);
    void keep();

  private:
    static constexpr std::size_t most_of_a_key = 2;

    void destroy_all();

    Lease& lease_;
    const ObjectId& id_;
    std::vector<CK_OBJECT_HANDLE> objects_;
    bool lost_track_ = false;  ///< an object was made whose handle is not known
};

/// Every object that has these attributes, of the token and of the process's sessions; each once, whatever
/// the module repeats. Throws when it finds more than a token can hold.
std::vector<CK_OBJECT_HANDLE> find_matching(Lease& lease, AttributeTemplate& wanted);

/// The secret, private and public keys in the token with this CKA_ID, the public ones last; nothing else that
/// has it, as the certificate of a key. Throws when the session has lost its login, since it could not see
/// them, and TokenFault::mismatch when the module finds objects of another CKA_ID and none of this. Searches
/// the whole token: not for the hot path.
std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id);

/// The handles of the private or secret one among them and of the public one whose key has that hash; without
/// a hash, of the first public one. When there are only others, `absent_sha256` says so, and the log. Throws
/// TokenFault::mismatch when there are several private or secret ones.
KeyHandles find_handles(Lease& lease, const ObjectId& id, const std::string& public_key_sha256);

/// Destroys one object, right after reading that its CKA_ID is this one: the only way to destroy an object by
/// its handle. Says what it was found to be; `ours` is destroyed. One that another process destroys in
/// between is gone, whatever the module answers for it.
Standing destroy_if_ours(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id);

/// Destroys them; how many there were, without those that others destroyed in between.
std::size_t destroy_objects(Lease& lease, const ObjectId& id);

}  // namespace keyward::hsm
