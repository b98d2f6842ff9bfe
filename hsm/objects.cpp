#include "hsm/objects.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "core/log.hpp"
#include "hsm/errors.hpp"
#include "hsm/log_label.hpp"
#include "hsm/template.hpp"

namespace keyward::hsm {
namespace {

std::vector<CK_OBJECT_HANDLE> find(Lease& lease, Template& wanted) {
    const Functions& p11 = lease.p11();
    check("C_FindObjectsInit", p11.C_FindObjectsInit(lease.session(), wanted.data(), wanted.size()));
    std::vector<CK_OBJECT_HANDLE> found;
    std::array<CK_OBJECT_HANDLE, 16> part{};
    CK_ULONG count = 0;
    do {
        check("C_FindObjects", p11.C_FindObjects(lease.session(), part.data(), part.size(), &count));
        found.insert(found.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    } while (count > 0);
    check("C_FindObjectsFinal", p11.C_FindObjectsFinal(lease.session()));
    return found;
}

bool is_public(Lease& lease, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS object_class = CKO_DATA;
    CK_ATTRIBUTE query{CKA_CLASS, &object_class, sizeof object_class};
    const CK_RV value = lease.p11().C_GetAttributeValue(lease.session(), object, &query, 1);
    return value == CKR_OK && object_class == CKO_PUBLIC_KEY;
}

}  // namespace

MadeObjects::~MadeObjects() {
    for (const CK_OBJECT_HANDLE object : objects_ | std::views::reverse) {
        const CK_RV value = lease_.p11().C_DestroyObject(lease_.session(), object);
        if (value != CKR_OK)
            log::warn(
                "object.not_destroyed",
                {{"label", LogLabel::current()}, {"call", "C_DestroyObject"}, {"code", name_of(value)}});
    }
}

std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id) {
    Template wanted;
    wanted.borrowed(CKA_ID, id.octets()).flag(CKA_TOKEN, true);
    std::vector<CK_OBJECT_HANDLE> objects = find(lease, wanted);
    if (objects.size() > 1)
        std::ranges::stable_partition(objects,
                                      [&](CK_OBJECT_HANDLE object) { return !is_public(lease, object); });
    return objects;
}

std::size_t destroy_objects(Lease& lease, const ObjectId& id) {
    std::size_t destroyed = 0;
    for (const CK_OBJECT_HANDLE object : find_objects(lease, id)) {
        const CK_RV value = lease.p11().C_DestroyObject(lease.session(), object);
        if (value == CKR_OBJECT_HANDLE_INVALID) continue;
        check("C_DestroyObject", value);
        ++destroyed;
    }
    return destroyed;
}

}  // namespace keyward::hsm
