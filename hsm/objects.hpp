#pragma once

#include <vector>

#include "core/ids.hpp"
#include "hsm/handles.hpp"
#include "hsm/session_pool.hpp"
#include "hsm/template.hpp"

namespace keyward::hsm {

/// The objects that an import has made so far. What is not kept is destroyed at its end, the one made last
/// first.
class MadeObjects {
  public:
    explicit MadeObjects(Lease& lease) : lease_(lease) {}
    MadeObjects(const MadeObjects&) = delete;
    MadeObjects& operator=(const MadeObjects&) = delete;
    MadeObjects(MadeObjects&&) = delete;
    MadeObjects& operator=(MadeObjects&&) = delete;
    ~MadeObjects();

    void add(CK_OBJECT_HANDLE object) { objects_.push_back(object); }
    void keep() { objects_.clear(); }

  private:
    Lease& lease_;
    std::vector<CK_OBJECT_HANDLE> objects_;
};

/// Every object that has these attributes, of the token and of the process's sessions.
std::vector<CK_OBJECT_HANDLE> find_matching(Lease& lease, Template& wanted);

/// The secret, private and public keys in the token with this CKA_ID, the public ones last; nothing else that
/// has it, as the certificate of a key. Throws when the session has lost its login, since it could not see
/// them. Searches the whole token: not for the hot path.
std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id);

/// The handles of the private or secret one among them and of the public one whose key has that hash; without
/// a hash, of the first public one. When there are only others, `absent_sha256` says so, and the log. Throws
/// TokenFault::mismatch when there are several private or secret ones.
KeyHandles find_handles(Lease& lease, const ObjectId& id, const std::string& public_key_sha256);

/// Destroys them; how many there were. One that somebody else destroyed in between is not counted, whatever
/// the module answers for it.
std::size_t destroy_objects(Lease& lease, const ObjectId& id);

}  // namespace keyward::hsm
