#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/session/session_pool.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// Room for the longest values that our keys have, in octets.
namespace room {
constexpr std::size_t check_value = 32;
constexpr std::size_t modulus = 16384 / 8 + 1;
constexpr std::size_t exponent = modulus;
constexpr std::size_t point = 160;
constexpr std::size_t params = 64;
}  // namespace room

/// One C_GetAttributeValue for many attributes, with room for each made beforehand; it may be put to one
/// object after the other. An attribute that the token does not have or tell is missing (PKCS#11 2.40 section
/// 5.7: the others are filled in all the same). Those that a module leaves out when another one is missing,
/// and all when it fails because of one, are asked for by themselves.
///
/// What the module reports is not believed: pointers and lengths are set before each call, values are read
/// from this object's own buffers alone, and one with another pointer, a length beyond its room or no length
/// at all is missing.
class AttributeQuery {
  public:
    /// Octets, at most `room`.
    void ask(CK_ATTRIBUTE_TYPE type, std::size_t room);
    void ask_number(CK_ATTRIBUTE_TYPE type);
    void ask_flag(CK_ATTRIBUTE_TYPE type);

    /// Throws when the object can't be read, also when it is gone.
    void run(Lease& lease, CK_OBJECT_HANDLE object);
    /// The same, but false when the object is gone.
    [[nodiscard]] bool finds(Lease& lease, CK_OBJECT_HANDLE object);

    /// What the last run found; valid until the next. Nothing also for a value that was longer than its room.
    [[nodiscard]] std::optional<ByteView> value(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] Bytes octets(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<CK_ULONG> number(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;

  private:
    struct Asked {
        CK_ATTRIBUTE_TYPE type;
        Bytes buffer;
        bool fixed;                         ///< a number or a flag, whose length is known
        std::optional<std::size_t> size{};  ///< of what the last run found

        CK_ATTRIBUTE fresh();
        /// Takes over what the module says; false when it has not touched it.
        bool take(const CK_ATTRIBUTE& told);
        [[nodiscard]] bool is_untouched(const CK_ATTRIBUTE& told) const;
    };

    CK_RV put(Lease& lease, CK_OBJECT_HANDLE object);
    CK_RV put_singly(Lease& lease, CK_OBJECT_HANDLE object, const std::vector<Asked*>& left, CK_RV first);

    std::deque<Asked> asked_;
};

/// The value of one attribute, however long; nothing when the object does not have or tell it. Costs two
/// calls. Throws when it can't be read.
std::optional<Bytes> octets_of_any_length(Lease& lease, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/// Asks for what makes an RSA public key.
void ask_rsa(AttributeQuery& query);
/// Asks for what makes a public key on a curve.
void ask_curve(AttributeQuery& query);
/// The public key that these attributes make. Nothing when they make none of ours.
std::optional<keys::PublicKey> public_key_in(const AttributeQuery& query, CK_KEY_TYPE type);

/// What stands for the hash of a public key that is none of ours; no key has it.
inline constexpr const char* no_key_of_ours = "none";
/// The SHA-256 of a public object's SubjectPublicKeyInfo in lower-case hex, or `no_key_of_ours`. Nothing when
/// the object is gone.
std::optional<std::string> public_key_sha256_of(Lease& lease, CK_OBJECT_HANDLE object);

}  // namespace keyward::hsm
