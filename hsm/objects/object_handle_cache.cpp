#include "hsm/objects/object_handle_cache.hpp"

#include <tuple>

namespace keyward::hsm {
namespace {

/// Adds the object to the handles. Returns nothing when another object already has its place.
std::optional<KeyHandles> with(KeyHandles handles, const ScannedObject& scanned) {
    const bool is_public = scanned.object_class == ObjectClass::public_key;
    CK_OBJECT_HANDLE& place = is_public ? handles.public_key : handles.secret_or_private;
    if (place == scanned.object) return handles;
    if (place != CK_INVALID_HANDLE) return std::nullopt;
    place = scanned.object;
    if (is_public) {
        handles.public_key_sha256 = scanned.public_key_sha256;
        handles.absent_sha256.clear();
    }
    return handles;
}

}  // namespace

bool ObjectHandleCache::Part::is_of(const Epoch& wanted) {
    if (epoch == wanted) return true;
    if (std::tie(wanted.generation, wanted.login) < std::tie(epoch.generation, epoch.login)) return false;
    keys.clear();
    epoch = wanted;
    return true;
}

void ObjectHandleCache::put(Part& part, const ObjectId& id, const Entry& entry) const {
    if (part.keys.size() >= part_capacity_ && !part.keys.contains(id)) part.keys.erase(part.keys.begin());
    part.keys.insert_or_assign(id, entry);
}

std::optional<KeyHandles> ObjectHandleCache::find(const Epoch& epoch, const ObjectId& id) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    if (!part.is_of(epoch)) return std::nullopt;
    const auto found = part.keys.find(id);
    if (found == part.keys.end()) return std::nullopt;
    return found->second;
}

void ObjectHandleCache::keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    if (part.is_of(epoch)) put(part, id, handles);
}

void ObjectHandleCache::keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles,
                             CacheVersion version) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    if (part.last_drop <= version.drops && part.is_of(epoch)) put(part, id, handles);
}

void ObjectHandleCache::add(const Epoch& epoch, const ObjectId& id, const ScannedObject& scanned,
                            CacheVersion version) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    if (part.last_drop > version.drops || !part.is_of(epoch)) return;
    const auto known = part.keys.find(id);
    if (known == part.keys.end())
        put(part, id, with({}, scanned));
    else if (known->second)
        known->second = with(*known->second, scanned);
}

void ObjectHandleCache::learn(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    if (!part.is_of(epoch)) return;
    const auto known = part.keys.find(id);
    if (known != part.keys.end() && known->second && known->second->are_of_same_objects(handles))
        known->second = handles;
}

void ObjectHandleCache::drop(const ObjectId& id) {
    Part& part = part_of(id);
    const Lock lock(part.mutex);
    part.last_drop = ++drops_;
    part.keys.erase(id);
}

}  // namespace keyward::hsm
