#include "hsm/objects/objects.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <unordered_set>

#include "base/contain.hpp"
#include "base/log.hpp"
#include "hsm/cryptoki/bounds.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/objects/attribute_query.hpp"

namespace keyward::hsm {
namespace {

/// A larger number is treated as a module whose search never ends.
constexpr std::size_t most_objects = 10'000'000;

AttributeTemplate named(const ObjectId& id) {
    AttributeTemplate wanted;
    wanted.borrowed(CKA_ID, id.octets());
    return wanted;
}

bool is_named(const AttributeQuery& query, const ObjectId& id) {
    const auto found = query.value(CKA_ID);
    return found && std::ranges::equal(*found, id.octets());
}

/// An active search. The destructor ends it, since an active search poisons its session.
class Search {
  public:
    Search(Lease& lease, AttributeTemplate& wanted) : lease_(lease) {
        check("C_FindObjectsInit",
              lease.p11().C_FindObjectsInit(lease.session(), wanted.data(), wanted.size()));
    }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    ~Search() {
        if (lease_.p11().C_FindObjectsFinal(lease_.session()) != CKR_OK) lease_.poison();
    }

    std::span<const CK_OBJECT_HANDLE> next() {
        CK_ULONG count = 0;
        check("C_FindObjects",
              lease_.p11().C_FindObjects(lease_.session(), part_.data(), part_.size(), &count));
        return std::span(part_).first(bounded("C_FindObjects", count, part_.size()));
    }

  private:
    Lease& lease_;
    std::array<CK_OBJECT_HANDLE, 256> part_{};
};

/// Whether an object that could not be read or destroyed no longer exists. When two processes destroy an
/// object at the same time, SoftHSM2 answers the later one with CKR_FUNCTION_FAILED or CKR_GENERAL_ERROR. A
/// session that has lost its login sees no private objects, so it can't tell.
bool is_gone(Lease& lease, const ObjectId& id, CK_OBJECT_HANDLE object) {
    try {
        AttributeTemplate wanted = named(id);
        const std::vector<CK_OBJECT_HANDLE> left = find_matching(lease, wanted);
        return std::ranges::find(left, object) == left.end() && lease.sees_private_objects();
    } catch (const TokenError&) {
        return false;  // the error that led here says more
    }
}

void log_not_destroyed(const ObjectId& id, const std::string& call, const std::string& code) {
    log::warn("object.not_destroyed",
              {{"label", LogContext::current()}, {"object", id.hex()}, {"call", call}, {"code", code}});
}

void log_another(const ObjectId& id) {
    log::error(
        "object.handle_is_anothers",
        {{"label", LogContext::current()},
         {"object", id.hex()},
         {"reason", "the module's handle is that of an object with another CKA_ID; it is left alone"}});
}

[[noreturn]] void throw_contradiction() {
    throw TokenError(TokenFault::mismatch,
                     "The token contradicts itself: it finds objects under the id of this key, and says that "
                     "theirs is another",
                     "C_FindObjects");
}

}  // namespace

Standing standing_of(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id) {
    AttributeQuery query;
    query.ask(CKA_ID, ObjectId::size);
    if (!query.finds(lease, object)) return Standing::gone;
    return is_named(query, id) ? Standing::ours : Standing::another;
}

Standing destroy_if_ours(Lease& lease, CK_OBJECT_HANDLE object, const ObjectId& id) {
    try {
        const Standing standing = standing_of(lease, object, id);
        if (standing == Standing::another) log_another(id);
        if (standing != Standing::ours) return standing;
        check("C_DestroyObject", lease.p11().C_DestroyObject(lease.session(), object));
        return Standing::ours;
    } catch (const TokenError&) {
        if (is_gone(lease, id, object)) return Standing::gone;
        throw;
    }
}

void MadeObjects::add(CK_OBJECT_HANDLE object) {
    const bool known = std::ranges::find(objects_, object) != objects_.end();
    if (object != CK_INVALID_HANDLE && !known) return objects_.push_back(object);
    lost_track_ = true;
    throw TokenError(TokenFault::mismatch,
                     known ? "The token returned the handle of another object for the one that it made"
                           : "The token returned no handle for the object that it made",
                     "C_CreateObject");
}

void MadeObjects::keep() {
    objects_.clear();
    lost_track_ = false;
}

void MadeObjects::destroy_all() {
    if (!lease_.has_session()) return;
    for (auto object = objects_.rbegin(); object != objects_.rend(); ++object)
        if (destroy_if_ours(lease_, *object, id_) != Standing::ours) lost_track_ = true;
    if (!lost_track_) return;
    AttributeTemplate wanted = named(id_);
    for (const CK_OBJECT_HANDLE object : find_matching(lease_, wanted))
        destroy_if_ours(lease_, object, id_);
}

MadeObjects::~MadeObjects() {
    contain("destruction of new objects", [this] {
        try {
            destroy_all();
        } catch (const TokenError& error) {
            log_not_destroyed(id_, error.call(), error.code());
        } catch (const std::exception& error) {
            log_not_destroyed(id_, error.what(), {});
        }
    });
}

std::vector<CK_OBJECT_HANDLE> find_matching(Lease& lease, AttributeTemplate& wanted) {
    Search search(lease, wanted);
    std::vector<CK_OBJECT_HANDLE> found;
    std::unordered_set<CK_OBJECT_HANDLE> seen{CK_INVALID_HANDLE};
    for (std::size_t before = seen.size();; before = seen.size()) {
        for (const CK_OBJECT_HANDLE object : search.next())
            if (seen.insert(object).second) found.push_back(object);
        if (seen.size() == before) return found;
        bounded("C_FindObjects", found.size(), most_objects);
    }
}

namespace {

/// The keys of one CKA_ID.
struct FoundObjects {
    std::vector<CK_OBJECT_HANDLE> keys;  ///< secret and private keys
    std::vector<CK_OBJECT_HANDLE> public_keys;
};

FoundObjects look_for(Lease& lease, const ObjectId& id) {
    AttributeTemplate wanted = named(id);
    wanted.flag(CKA_TOKEN, true);
    AttributeQuery query;
    query.ask(CKA_ID, ObjectId::size);
    query.ask_number(CKA_CLASS);
    FoundObjects found;
    bool of_others = false;
    // One search and one read per result: a search for each class would scan the whole token each time.
    for (const CK_OBJECT_HANDLE object : find_matching(lease, wanted)) {
        if (!query.finds(lease, object)) continue;
        const CK_OBJECT_CLASS object_class = query.number(CKA_CLASS).value_or(CKO_DATA);
        if (!is_named(query, id))
            of_others = true;
        else if (object_class == CKO_SECRET_KEY || object_class == CKO_PRIVATE_KEY)
            found.keys.push_back(object);
        else if (object_class == CKO_PUBLIC_KEY)
            found.public_keys.push_back(object);
    }
    if (of_others && found.keys.empty() && found.public_keys.empty()) throw_contradiction();
    // Without a login the token hides private objects, so an empty result proves nothing.
    if (found.keys.empty() && !lease.sees_private_objects())
        throw TokenError(TokenFault::unreachable,
                         "The session that looked for the object has lost its login");
    return found;
}

CK_OBJECT_HANDLE only_one_of(const std::vector<CK_OBJECT_HANDLE>& keys) {
    if (keys.size() > 1)
        throw TokenError(TokenFault::mismatch,
                         "The token holds several keys under the id of this one: an operator must "
                         "look (keyward reconcile --dry-run)");
    return keys.empty() ? CK_INVALID_HANDLE : keys.front();
}

// Any client of the token can create a public object in it, without a PIN and under any CKA_ID.
void choose_public_half(Lease& lease, const std::vector<CK_OBJECT_HANDLE>& candidates,
                        const std::string& public_key_sha256, KeyHandles& handles) {
    for (const CK_OBJECT_HANDLE candidate : candidates) {
        auto hash = public_key_sha256_of(lease, candidate);
        if (!hash) continue;
        handles.public_key = candidate;
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
    KeyHandles handles{.secret_or_private = only_one_of(found.keys)};
    if (!public_key_sha256.empty())
        choose_public_half(lease, found.public_keys, public_key_sha256, handles);
    else if (!found.public_keys.empty())
        handles.public_key = found.public_keys.front();
    if (!handles.absent_sha256.empty() && handles.public_key != CK_INVALID_HANDLE)
        log::error("token.public_key_is_another", {{"label", LogContext::current()},
                                                   {"object", id.hex()},
                                                   {"remedy", "keyward reconcile --dry-run"}});
    return handles;
}

std::size_t destroy_objects(Lease& lease, const ObjectId& id) {
    std::size_t destroyed = 0;
    for (const CK_OBJECT_HANDLE object : find_objects(lease, id)) {
        const Standing standing = destroy_if_ours(lease, object, id);
        if (standing == Standing::another) throw_contradiction();
        if (standing == Standing::ours) ++destroyed;
    }
    return destroyed;
}

}  // namespace keyward::hsm
