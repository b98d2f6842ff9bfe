#include "hsm/operations/mechanism_info_cache.hpp"

#include <algorithm>
#include <optional>

#include "hsm/cryptoki/bounds.hpp"
#include "hsm/cryptoki/errors.hpp"

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

std::shared_ptr<MechanismList> copy_or_new(const MechanismInfoCache::List& known, const Functions& p11,
                                           CK_SLOT_ID slot) {
    return known ? std::make_shared<MechanismList>(*known) : std::make_shared<MechanismList>(p11, slot);
}

/// Learns as many mechanisms as possible until the deadline, at least one. What was learned before a failure
/// stays.
void add_more(MechanismList& list, const Functions& p11, CK_SLOT_ID slot,
              std::span<const CK_MECHANISM_TYPE> codes, Deadline until) {
    for (const CK_MECHANISM_TYPE code : codes) {
        if (list.knows(code)) continue;
        list.learn(p11, slot, code);
        if (std::chrono::steady_clock::now() >= until) break;
    }
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
    const CK_RV value = p11.C_GetMechanismInfo(slot, code, &info);
    const bool is_offered = value != CKR_MECHANISM_INVALID;
    if (is_offered) check("C_GetMechanismInfo", value);
    known_.push_back({.code = code, .is_offered = is_offered, .flags = is_offered ? info.flags : 0});
}

bool MechanismList::offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const {
    const auto found = std::ranges::find(known_, code, &Known::code);
    return found != known_.end() && found->is_offered && (found->flags & flags) == flags;
}

std::set<std::string> MechanismList::names() const {
    std::set<std::string> names;
    for (const MechanismCode& row : mechanism_codes())
        if (offers(row.code, row.needs) || offers(row.instead, row.needs))
            names.emplace(mechanism_of(row.id).name);
    return names;
}

MechanismInfoCache::List MechanismInfoCache::in(Lease& lease) {
    return in(lease, all_codes());
}

// Each mechanism is cached as soon as it is learned, so that a read that outlives its request is not wasted.
MechanismInfoCache::List MechanismInfoCache::in(Lease& lease, std::span<const CK_MECHANISM_TYPE> wanted) {
    List list = kept();
    while (!list || !knows_all(*list, wanted)) {
        const auto more = copy_or_new(list, lease.p11(), lease.slot());
        add_more(*more, lease.p11(), lease.slot(), wanted, Deadline::min());
        keep(more);
        list = more;
    }
    return list;
}

void MechanismInfoCache::read_ahead(const Functions& p11, CK_SLOT_ID slot, const SessionEpoch& epoch,
                                    std::chrono::milliseconds limit) {
    const Deadline until = std::chrono::steady_clock::now() + limit;
    List list;
    {
        const Lock lock(mutex_);
        if (list_ && epoch_ == epoch && knows_all(*list_, all_codes())) return;
        const bool is_current = !list_ || epoch_ == epoch || epoch_ == SessionEpoch{};
        if (is_current) epoch_ = epoch;
        if (is_current || next_epoch_ == epoch) list = is_current ? list_ : next_;
    }
    const auto more = copy_or_new(list, p11, slot);
    std::optional<TokenError> failure;
    try {
        add_more(*more, p11, slot, all_codes(), until);
    } catch (const TokenError& error) {
        failure = error;
    }
    keep(more, epoch);
    if (failure) throw TokenError(*failure);
}

MechanismInfoCache::List MechanismInfoCache::kept() const {
    const Lock lock(mutex_);
    return list_;
}

void MechanismInfoCache::keep(List list) {
    const Lock lock(mutex_);
    list_ = std::move(list);
}

void MechanismInfoCache::keep(List list, const SessionEpoch& epoch) {
    const Lock lock(mutex_);
    if (epoch_ != epoch && !knows_all(*list, all_codes())) {
        next_ = std::move(list);
        next_epoch_ = epoch;
        return;
    }
    list_ = std::move(list);
    epoch_ = epoch;
    next_.reset();
}

}  // namespace keyward::hsm
