#pragma once

#include "crypto/digest.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// Cryptoki codes of a hash function.
struct DigestCode {
    Digest digest;
    CK_MECHANISM_TYPE mechanism;
    CK_ULONG mask;       ///< CKG_ code of MGF1 with this hash
    ByteView info_head;  ///< DER of DigestInfo up to the digest (RFC 8017 section 9.2, note 1)
};

const DigestCode& code_of(Digest digest);

/// DigestInfo (RFC 8017 section 9.2) of a digest value, for tokens that only pad and sign.
Bytes digest_info(Digest digest, ByteView value);

}  // namespace keyward::hsm
