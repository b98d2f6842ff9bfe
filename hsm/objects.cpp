#include "hsm/objects.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "core/log.hpp"
#include "hsm/errors.hpp"
#include "hsm/log_label.hpp"
#include "hsm/query.hpp"

namespace keyward::hsm {
namespace {

/// Nothing when the object is gone.
std::optional<CK_OBJECT_CLASS> class_in_token(Lease& lease, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS object_class = CK_UNAVAILABLE_INFORMATION;
    CK_ATTRIBUTE query{CKA_CLASS, &object_class, sizeof object_class};
    const CK_RV value = lease.p11().C_GetAttributeValue(lease.session(), object, &query, 1);
    if (value == CKR_OBJECT_HANDLE_INVALID) return std::nullopt;
    check("C_GetAttributeValue", value);
    return object_class;
}

/// Whether an object that could not be destroyed is not there any more. When two processes destroy one at
/// the same time, SoftHSM2 answers the later one CKR_FUNCTION_FAILED or CKR_GENERAL_ERROR. A session that has
/// lost its login sees no private objects, so it can't tell.
bool is_gone(Lease& lease, const ObjectId& id, CK_OBJECT_HANDLE object) {
    try {
        const std::vector<CK_OBJECT_HANDLE> left = find_objects(lease, id);
        return std::ranges::find(left, object) == left.end();
    } catch (const service::TokenError&) {
        return false;  // the failure that led here says more
    }
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

std::vector<CK_OBJECT_HANDLE> find_matching(Lease& lease, Template& wanted) {
    const Functions& p11 = lease.p11();
    check("C_FindObjectsInit", p11.C_FindObjectsInit(lease.session(), wanted.data(), wanted.size()));
    std::vector<CK_OBJECT_HANDLE> found;
    std::array<CK_OBJECT_HANDLE, 256> part{};
    CK_ULONG count = 0;
    do {
        check("C_FindObjects", p11.C_FindObjects(lease.session(), part.data(), part.size(), &count));
        found.insert(found.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    } while (count > 0);
    check("C_FindObjectsFinal", p11.C_FindObjectsFinal(lease.session()));
    return found;
}

namespace {

/// The keys of one CKA_ID.
struct FoundObjects {
    std::vector<CK_OBJECT_HANDLE> keys;  ///< secret and private ones
    std::vector<CK_OBJECT_HANDLE> public_keys;
};

FoundObjects look_for(Lease& lease, const ObjectId& id) {
    Template wanted;
    wanted.borrowed(CKA_ID, id.octets()).flag(CKA_TOKEN, true);
    FoundObjects found;
    // One search and a look at each find: a search for each class would go through the whole token each time.
    for (const CK_OBJECT_HANDLE object : find_matching(lease, wanted)) {
        const auto object_class = class_in_token(lease, object);
        if (object_class == CKO_SECRET_KEY || object_class == CKO_PRIVATE_KEY)
            found.keys.push_back(object);
        else if (object_class == CKO_PUBLIC_KEY)
            found.public_keys.push_back(object);
    }
    // Without a login the token shows no private objects, and to have found none says nothing.
    if (found.keys.empty() && !lease.sees_private_objects())
        throw service::TokenError(service::TokenFault::unreachable,
                                  "The session that looked for the object has lost its login");
    return found;
}

CK_OBJECT_HANDLE only_one_of(const std::vector<CK_OBJECT_HANDLE>& keys) {
    if (keys.size() > 1)
        throw service::TokenError(service::TokenFault::mismatch,
                                  "The token holds several keys under the id of this one: an operator must "
                                  "look (keyward reconcile --dry-run)");
    return keys.empty() ? CK_INVALID_HANDLE : keys.front();
}

// Anybody who reaches the token may put a public object into it, without a PIN and under any CKA_ID.
void choose_public_half(Lease& lease, const std::vector<CK_OBJECT_HANDLE>& candidates,
                        const std::string& public_key_sha256, KeyHandles& handles) {
    for (const CK_OBJECT_HANDLE candidate : candidates) {
        auto hash = public_key_sha256_of(lease, candidate);
        if (!hash) continue;
        handles.public_half = candidate;
        handles.public_key_sha256 = std::move(*hash);
        if (handles.public_key_sha256 == public_key_sha256) return;
    }
    handles.absent_sha256 = public_key_sha256;
}

}  // namespace

std::vector<CK_OBJECT_HANDLE> find_objects(Lease& lease, const ObjectId& id) {
    FoundObjects found = look_for(lease, id);
    found.keys.insert(found.keys.end(), found.public_keys.begin(), found.public_keys.end());
    return std::move(found.keys);
}

KeyHandles find_handles(Lease& lease, const ObjectId& id, const std::string& public_key_sha256) {
    const FoundObjects found = look_for(lease, id);
    KeyHandles handles{.own = only_one_of(found.keys)};
    if (!public_key_sha256.empty())
        choose_public_half(lease, found.public_keys, public_key_sha256, handles);
    else if (!found.public_keys.empty())
        handles.public_half = found.public_keys.front();
    if (!handles.absent_sha256.empty() && handles.public_half != CK_INVALID_HANDLE)
        log::error("token.public_key_is_another", {{"label", LogLabel::current()},
                                                   {"object", id.hex()},
                                                   {"remedy", "keyward reconcile --dry-run"}});
    return handles;
}

std::size_t destroy_objects(Lease& lease, const ObjectId& id) {
    std::size_t destroyed = 0;
    for (const CK_OBJECT_HANDLE object : find_objects(lease, id)) {
        const CK_RV value = lease.p11().C_DestroyObject(lease.session(), object);
        if (value != CKR_OK && is_gone(lease, id, object)) continue;
        check("C_DestroyObject", value);
        ++destroyed;
    }
    return destroyed;
}

}  // namespace keyward::hsm
