#include "hsm/objects/object_access_lock.hpp"

namespace keyward::hsm {

ObjectAccessLock::Permit::Permit(ObjectAccessLock& gate, std::size_t& own, const std::size_t& others)
    : gate_(gate), own_(own) {
    std::unique_lock lock(gate_.mutex_);
    const bool searches = &own_ == &gate_.searching_;
    if (searches) ++own_;
    gate_.changed_.wait_for(lock, gate_.patience_, [&] { return others == 0; });
    if (!searches) ++own_;
}

ObjectAccessLock::Permit::~Permit() {
    const std::lock_guard lock(gate_.mutex_);
    --own_;
    gate_.changed_.notify_all();
}

}  // namespace keyward::hsm
