#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/mutex.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The handles of one key's objects; CK_INVALID_HANDLE if not known.
struct KeyHandles {
    CK_OBJECT_HANDLE secret_or_private = CK_INVALID_HANDLE;  ///< of the private or secret object
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    std::uint16_t order_bytes = 0;    ///< of the curve's order; 0 until it is read
    std::uint16_t modulus_bytes = 0;  ///< of an RSA key; 0 until it is read
    /// Of the public object's key, according to its attributes; empty until they are read.
    std::string public_key_sha256 = {};
    /// A search found no public object whose key has this hash. Empty when there was no search, or it found
    /// one.
    std::string absent_sha256 = {};

    bool operator==(const KeyHandles&) const = default;
    [[nodiscard]] bool any() const {
        return secret_or_private != CK_INVALID_HANDLE || public_key != CK_INVALID_HANDLE;
    }
    [[nodiscard]] bool are_of_same_objects(const KeyHandles& other) const {
        return secret_or_private == other.secret_or_private && public_key == other.public_key;
    }
};

/// One object of a key, as a scan finds it.
struct ScannedObject {
    ObjectClass object_class;
    CK_OBJECT_HANDLE object;
    std::string public_key_sha256 = {};  ///< of a public object, if its attributes reveal it
};

/// Caches the handles of a token's keys by CKA_ID while they are valid: handles of an earlier epoch are
/// dropped as soon as a later epoch is used. Holds at most `capacity` keys; beyond that, an arbitrary key is
/// evicted. Thread-safe, with little contention: the keys are spread over parts, each with its own lock.
class ObjectHandleCache {
  public:
    using Epoch = Lease::Epoch;

    explicit ObjectHandleCache(std::size_t capacity = 100'000) : part_capacity_(capacity / part_count + 1) {}

    /// Taken before handles are looked up in the token: a key that is destroyed between then and `keep` is
    /// not cached.
    struct CacheVersion {
        std::uint64_t drops;
    };
    [[nodiscard]] CacheVersion version() const { return {drops_}; }

    [[nodiscard]] std::optional<KeyHandles> find(const Epoch& epoch, const ObjectId& id);
    void keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles);
    /// Same, unless the key was dropped since `version` was taken.
    void keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles, CacheVersion version);
    /// Adds one object of a key to the objects already known. When another object of the same role is known,
    /// the key is ambiguous: `find` returns nothing for it until a search has looked at all of its objects
    /// and `keep` is called.
    void add(const Epoch& epoch, const ObjectId& id, const ScannedObject& scanned, CacheVersion version);
    /// Adds what was learned about known handles. Does nothing when the cached handles are different by now.
    void learn(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles);
    /// The key's objects are no longer in the token.
    void drop(const ObjectId& id);

  private:
    /// A CKA_ID is random, so any of its octets will do.
    struct Hash {
        std::size_t operator()(const ObjectId& id) const {
            std::size_t value = 0;
            std::memcpy(&value, id.octets().data(), sizeof value);
            return value;
        }
    };
    /// Nothing for a key that is ambiguous.
    using Entry = std::optional<KeyHandles>;
    struct Part {
        Mutex mutex;
        Epoch epoch KEYWARD_GUARDED_BY(mutex){};
        std::uint64_t last_drop KEYWARD_GUARDED_BY(mutex) = 0;
        std::unordered_map<ObjectId, Entry, Hash> keys KEYWARD_GUARDED_BY(mutex);

        /// Whether the part may hold handles of that epoch. Empties the part first for a later epoch.
        bool is_of(const Epoch& wanted) KEYWARD_REQUIRES(mutex);
    };
    static constexpr std::size_t part_count = 64;

    Part& part_of(const ObjectId& id) { return parts_.at(id.octets().back() % part_count); }
    void put(Part& part, const ObjectId& id, const Entry& entry) const KEYWARD_REQUIRES(part.mutex);

    const std::size_t part_capacity_;
    std::atomic<std::uint64_t> drops_ = 0;
    std::array<Part, part_count> parts_;
};

}  // namespace keyward::hsm
