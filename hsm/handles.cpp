#include "hsm/handles.hpp"

#include <tuple>

namespace keyward::hsm {

void KeyHandles::set(Role role, CK_OBJECT_HANDLE object) {
    (role == Role::public_half ? public_half : own) = object;
}

bool Handles::Part::is_of(const Era& wanted) {
    if (era == wanted) return true;
    if (std::tie(wanted.generation, wanted.login) < std::tie(era.generation, era.login)) return false;
    keys.clear();
    era = wanted;
    return true;
}

void Handles::put(Part& part, const ObjectId& id, const KeyHandles& handles) const {
    if (part.keys.size() >= part_capacity_ && !part.keys.contains(id)) part.keys.erase(part.keys.begin());
    part.keys.insert_or_assign(id, handles);
}

std::optional<KeyHandles> Handles::find(const Era& era, const ObjectId& id) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    if (!part.is_of(era)) return std::nullopt;
    const auto found = part.keys.find(id);
    if (found == part.keys.end()) return std::nullopt;
    return found->second;
}

void Handles::keep(const Era& era, const ObjectId& id, const KeyHandles& handles) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    if (part.is_of(era)) put(part, id, handles);
}

void Handles::keep(const Era& era, const ObjectId& id, const KeyHandles& handles, Mark mark) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    if (part.last_drop <= mark.drops && part.is_of(era)) put(part, id, handles);
}

void Handles::add(const Era& era, const ObjectId& id, Role role, CK_OBJECT_HANDLE object, Mark mark) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    if (part.last_drop > mark.drops || !part.is_of(era)) return;
    const auto known = part.keys.find(id);
    KeyHandles handles = known == part.keys.end() ? KeyHandles{} : known->second;
    handles.set(role, object);
    put(part, id, handles);
}

void Handles::learn(const Era& era, const ObjectId& id, const KeyHandles& handles) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    if (!part.is_of(era)) return;
    const auto known = part.keys.find(id);
    if (known != part.keys.end() && known->second.are_of_same_objects(handles)) known->second = handles;
}

void Handles::drop(const ObjectId& id) {
    Part& part = part_of(id);
    const std::lock_guard lock(part.mutex);
    part.last_drop = ++drops_;
    part.keys.erase(id);
}

}  // namespace keyward::hsm
