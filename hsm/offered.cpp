#include "hsm/offered.hpp"

#include <algorithm>

#include "hsm/bounds.hpp"

namespace keyward::hsm {

MechanismList::MechanismList(const Functions& p11, CK_SLOT_ID slot) {
    const auto all = read_list<CK_MECHANISM_TYPE>(
        "C_GetMechanismList",
        [&](CK_MECHANISM_TYPE* list, CK_ULONG* count) { return p11.C_GetMechanismList(slot, list, count); });
    const auto add = [&](CK_MECHANISM_TYPE code) {
        if (std::ranges::find(all, code) == all.end() || offers(code, 0)) return;
        CK_MECHANISM_INFO info{};
        if (p11.C_GetMechanismInfo(slot, code, &info) == CKR_OK) listed_.push_back({code, info.flags});
    };
    for (const MechanismCode& row : mechanism_codes()) {
        add(row.code);
        add(row.instead);
    }
}

bool MechanismList::offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const {
    const auto found = std::ranges::find(listed_, code, &Listed::code);
    return found != listed_.end() && (found->flags & flags) == flags;
}

std::set<std::string> MechanismList::names() const {
    std::set<std::string> names;
    for (const MechanismCode& row : mechanism_codes())
        if (offers(row.code, row.needs) || offers(row.instead, row.needs)) names.emplace(row.name);
    return names;
}

std::shared_ptr<const MechanismList> Offered::in(Lease& lease) {
    {
        const std::lock_guard lock(mutex_);
        if (list_ && era_ == lease.era()) return list_;
    }
    CK_SESSION_INFO info{};
    check("C_GetSessionInfo", lease.p11().C_GetSessionInfo(lease.session(), &info));
    auto list = std::make_shared<const MechanismList>(lease.p11(), info.slotID);
    const std::lock_guard lock(mutex_);
    list_ = list;
    era_ = lease.era();
    return list;
}

}  // namespace keyward::hsm
