#pragma once

#include <vector>

#include "core/ids.hpp"
#include "hsm/session_pool.hpp"

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

/// The token objects with this CKA_ID, private and secret ones first. Searches the whole token: not for the
/// hot path.
std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id);

/// Destroys them; how many there were. One that somebody else destroyed in between is not counted.
std::size_t destroy_objects(Lease& lease, const ObjectId& id);

}  // namespace keyward::hsm
