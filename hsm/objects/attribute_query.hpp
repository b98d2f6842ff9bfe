#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/session/session_pool.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// Maximum lengths of the values of supported keys, in octets.
namespace room {
constexpr std::size_t check_value = 32;
constexpr std::size_t modulus = 16384 / 8 + 1;
constexpr std::size_t exponent = modulus;
constexpr std::size_t point = 160;
constexpr std::size_t params = 64;
}  // namespace room

/// One C_GetAttributeValue call for many attributes, with buffers allocated in advance; reusable for any
/// number of objects. An attribute that the token does not have or does not reveal is missing; PKCS#11 2.40
/// section 5.7 requires that the others are filled in. Attributes that a module omits because another one is
/// missing are requested again one by one, and so are all attributes when the call fails because of one.
///
/// Values that the module reports are checked: pointers and lengths are set before each call, values are read
/// only from this object's own buffers, and a value with a changed pointer, a length beyond its buffer or no
/// length is missing.
class AttributeQuery {
  public:
    /// At most `room` octets.
    void ask(CK_ATTRIBUTE_TYPE type, std::size_t room);
    void ask_number(CK_ATTRIBUTE_TYPE type);
    void ask_flag(CK_ATTRIBUTE_TYPE type);

    /// Throws when the object can't be read, including when it no longer exists.
    void run(Lease& lease, CK_OBJECT_HANDLE object);
    /// Same, but returns false when the object no longer exists.
    [[nodiscard]] bool finds(Lease& lease, CK_OBJECT_HANDLE object);

    /// Result of the last run, valid until the next. Also returns nothing for a value that was longer than
    /// its buffer.
    [[nodiscard]] std::optional<ByteView> value(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] Bytes octets(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<CK_ULONG> number(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;

  private:
    struct Asked {
        CK_ATTRIBUTE_TYPE type;
        Bytes buffer;
        bool fixed;                         ///< a number or a flag, whose length is known
        std::optional<std::size_t> size{};  ///< length of the value from the last run

        CK_ATTRIBUTE fresh();
        /// Accepts the module's result. Returns false when the module did not write it.
        bool take(const CK_ATTRIBUTE& told);
        [[nodiscard]] bool is_untouched(const CK_ATTRIBUTE& told) const;
    };

    CK_RV put(Lease& lease, CK_OBJECT_HANDLE object);
    CK_RV put_singly(Lease& lease, CK_OBJECT_HANDLE object, const std::vector<Asked*>& left, CK_RV first);

    std::deque<Asked> asked_;
};

/// Returns the value of one attribute of any length, or nothing when the object does not have or does not
/// reveal it. Costs two calls. Throws when the attribute can't be read.
std::optional<Bytes> octets_of_any_length(Lease& lease, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/// Requests the attributes of an RSA public key.
void ask_rsa(AttributeQuery& query);
/// Requests the attributes of a public key on a curve.
void ask_curve(AttributeQuery& query);
/// Builds the public key from these attributes. Returns nothing for a key that is not supported.
std::optional<keys::PublicKey> public_key_in(const AttributeQuery& query, CK_KEY_TYPE type);

/// Stands for the hash of a public key that is not supported; no key has it.
inline constexpr const char* no_key_of_ours = "none";
/// Returns the SHA-256 of a public object's SubjectPublicKeyInfo in lower-case hex, or `no_key_of_ours`.
/// Returns nothing when the object no longer exists.
std::optional<std::string> public_key_sha256_of(Lease& lease, CK_OBJECT_HANDLE object);

}  // namespace keyward::hsm
