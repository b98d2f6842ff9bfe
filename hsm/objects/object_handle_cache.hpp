#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"
#include "hsm/objects/attribute_policy.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The handles of one key's objects; CK_INVALID_HANDLE for one that isn't known.
struct KeyHandles {
    CK_OBJECT_HANDLE own = CK_INVALID_HANDLE;  ///< of the private or the secret object
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    std::uint16_t order_bytes = 0;    ///< of a curve's order; 0 until it is read
    std::uint16_t modulus_bytes = 0;  ///< of an RSA key; 0 until it is read
    /// Of the public object's key, as its attributes say; empty until they are read.
    std::string public_key_sha256 = {};
    /// A search found no public object whose key has this hash; empty when none was made, or it found one.
    std::string absent_sha256 = {};

    bool operator==(const KeyHandles&) const = default;
    [[nodiscard]] bool any() const { return own != CK_INVALID_HANDLE || public_key != CK_INVALID_HANDLE; }
    [[nodiscard]] bool are_of_same_objects(const KeyHandles& other) const {
        return own == other.own && public_key == other.public_key;
    }
};

/// One object of a key, as a walk finds it.
struct ScannedObject {
    ObjectClass object_class;
    CK_OBJECT_HANDLE object;
    std::string public_key_sha256 = {};  ///< of a public object, where its attributes tell it
};

/// The handles of a token's keys by CKA_ID, kept while they hold: those of an earlier epoch are forgotten as
/// soon as a later one is asked for. At most `capacity` keys; of more, any gives way. Any thread may call,
/// and many may at once: the keys are spread over parts, each under a lock of its own.
class ObjectHandleCache {
  public:
    using Epoch = Lease::Epoch;

    explicit ObjectHandleCache(std::size_t capacity = 100'000) : part_capacity_(capacity / part_count + 1) {}

    /// A moment before handles are looked up in the token: what is destroyed between it and `keep` is not
    /// kept.
    struct CacheVersion {
        std::uint64_t drops;
    };
    [[nodiscard]] CacheVersion version() const { return {drops_}; }

    [[nodiscard]] std::optional<KeyHandles> find(const Epoch& epoch, const ObjectId& id);
    void keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles);
    /// The same, unless the key was dropped since the mark was made.
    void keep(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles, CacheVersion version);
    /// One object of a key, beside those that are known. Where another one of its part is known, the key is
    /// in doubt: nothing is found of it before a search has looked at all of its objects and `keep` is
    /// called.
    void add(const Epoch& epoch, const ObjectId& id, const ScannedObject& walked, CacheVersion version);
    /// What was learned of handles that are known: nothing happens when others are by now.
    void learn(const Epoch& epoch, const ObjectId& id, const KeyHandles& handles);
    /// The key's objects are not in the token any more.
    void drop(const ObjectId& id);

  private:
    /// A CKA_ID is random, so any of its octets serve.
    struct Hash {
        std::size_t operator()(const ObjectId& id) const {
            std::size_t value = 0;
            std::memcpy(&value, id.octets().data(), sizeof value);
            return value;
        }
    };
    /// Nothing for a key that is in doubt.
    using Entry = std::optional<KeyHandles>;
    struct Part {
        std::mutex mutex;
        Epoch epoch{};
        std::uint64_t last_drop = 0;
        std::unordered_map<ObjectId, Entry, Hash> keys;

        /// Whether handles of that epoch may stand here; a later one empties the part first.
        bool is_of(const Epoch& wanted);
    };
    static constexpr std::size_t part_count = 64;

    Part& part_of(const ObjectId& id) { return parts_.at(id.octets().back() % part_count); }
    void put(Part& part, const ObjectId& id, const Entry& entry) const;

    const std::size_t part_capacity_;
    std::atomic<std::uint64_t> drops_ = 0;
    std::array<Part, part_count> parts_;
};

}  // namespace keyward::hsm
