#pragma once

#include <atomic>
#include <cstdint>

#include "domain/token.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/objects/attributes.hpp"
#include "hsm/objects/objects.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The handles of a key's objects: a secret object, or a public object with or without the private one.
struct KeyObjects {
    CK_OBJECT_HANDLE secret = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
};

/// The import route `create`: passes the value to the token in plaintext with C_CreateObject. Another route
/// could make the same objects with C_UnwrapKey; the steps after an import are the same for every route. Each
/// object is added to `made` as soon as it exists. `secret_octets` is the value of a secret key's object: the
/// key, or the padded key. `allowed` becomes CKA_ALLOWED_MECHANISMS unless it is empty.
KeyObjects create_objects(Lease& lease, const ImportRequest& request, const MechanismCodes& allowed,
                          ByteView secret_octets, MadeObjects& made);

CK_KEY_TYPE key_type_of_secret(keys::Algorithm algorithm);

/// Whether a token accepts HMAC keys that are shorter than the digest; SoftHSM2 does not. Tested once, with a
/// session object. For a token that refuses them, keys are padded with zeros to 64 octets. HMAC itself pads
/// to its block of 64 octets or more (RFC 2104 section 2), so every HMAC from SHA-1 to SHA-512 stays the
/// same. Thread-safe.
class HmacPadding {
  public:
    static constexpr std::size_t padded_size = 64;

    enum class Answer : std::uint8_t { unknown, needed, needless };

    /// Keys are also padded while the token has not answered: that never harms.
    bool needed(Lease& lease);

  private:
    std::atomic<Answer> answer_ = Answer::unknown;
};

/// Appends zeros to the key.
SecretBytes padded(ByteView key);

}  // namespace keyward::hsm
