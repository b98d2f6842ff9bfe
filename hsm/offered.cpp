#include "hsm/offered.hpp"

#include <algorithm>

#include "hsm/bounds.hpp"

namespace keyward::hsm {
namespace {

const std::vector<CK_MECHANISM_TYPE>& all_codes() {
    static const std::vector<CK_MECHANISM_TYPE> codes = [] {
        std::set<CK_MECHANISM_TYPE> each;
        for (const MechanismCode& row : mechanism_codes()) {
            each.insert(row.code);
            each.insert(row.instead);
        }
        return std::vector<CK_MECHANISM_TYPE>(each.begin(), each.end());
    }();
    return codes;
}

bool knows_all(const MechanismList& list, std::span<const CK_MECHANISM_TYPE> codes) {
    return std::ranges::all_of(codes, [&](CK_MECHANISM_TYPE code) { return list.knows(code); });
}

using Deadline = std::chrono::steady_clock::time_point;

/// The list with as much more as can be learned until then; at least one.
Offered::List with_more(const Offered::List& known, const Functions& p11, CK_SLOT_ID slot,
                        std::span<const CK_MECHANISM_TYPE> codes, Deadline until) {
    auto list = known ? std::make_shared<MechanismList>(*known) : std::make_shared<MechanismList>(p11, slot);
    for (const CK_MECHANISM_TYPE code : codes) {
        if (list->knows(code)) continue;
        list->learn(p11, slot, code);
        if (std::chrono::steady_clock::now() >= until) break;
    }
    return list;
}

}  // namespace

MechanismList::MechanismList(const Functions& p11, CK_SLOT_ID slot)
    : listed_(
          read_list<CK_MECHANISM_TYPE>("C_GetMechanismList", [&](CK_MECHANISM_TYPE* list, CK_ULONG* count) {
              return p11.C_GetMechanismList(slot, list, count);
          })) {}

bool MechanismList::knows(CK_MECHANISM_TYPE code) const {
    return std::ranges::find(listed_, code) == listed_.end() ||
           std::ranges::find(known_, code, &Known::code) != known_.end();
}

void MechanismList::learn(const Functions& p11, CK_SLOT_ID slot, CK_MECHANISM_TYPE code) {
    CK_MECHANISM_INFO info{};
    const bool is_offered = p11.C_GetMechanismInfo(slot, code, &info) == CKR_OK;
    known_.push_back({code, is_offered, is_offered ? info.flags : 0});
}

bool MechanismList::offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const {
    const auto found = std::ranges::find(known_, code, &Known::code);
    return found != known_.end() && found->is_offered && (found->flags & flags) == flags;
}

std::set<std::string> MechanismList::names() const {
    std::set<std::string> names;
    for (const MechanismCode& row : mechanism_codes())
        if (offers(row.code, row.needs) || offers(row.instead, row.needs)) names.emplace(row.name);
    return names;
}

Offered::List Offered::in(Lease& lease) {
    return in(lease, all_codes());
}

// Each learned mechanism is kept at once, so that a call that takes longer than its request is not in vain.
Offered::List Offered::in(Lease& lease, std::span<const CK_MECHANISM_TYPE> wanted) {
    List list = kept();
    while (!list || !knows_all(*list, wanted)) {
        list = with_more(list, lease.p11(), lease.slot(), wanted, Deadline::min());
        keep(list);
    }
    return list;
}

void Offered::read_ahead(const Functions& p11, CK_SLOT_ID slot, const SessionEra& era,
                         std::chrono::milliseconds limit) {
    const Deadline until = std::chrono::steady_clock::now() + limit;
    List list;
    {
        const std::lock_guard lock(mutex_);
        if (list_ && era_ == era && knows_all(*list_, all_codes())) return;
        const bool is_current = !list_ || era_ == era || era_ == SessionEra{};
        if (is_current) era_ = era;
        if (is_current || next_era_ == era) list = is_current ? list_ : next_;
    }
    list = with_more(list, p11, slot, all_codes(), until);
    const std::lock_guard lock(mutex_);
    if (era_ != era && !knows_all(*list, all_codes())) {
        next_ = std::move(list);
        next_era_ = era;
        return;
    }
    list_ = std::move(list);
    era_ = era;
    next_.reset();
}

Offered::List Offered::kept() const {
    const std::lock_guard lock(mutex_);
    return list_;
}

void Offered::keep(List list) {
    const std::lock_guard lock(mutex_);
    list_ = std::move(list);
}

}  // namespace keyward::hsm
