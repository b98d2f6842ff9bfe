#pragma once

#include <variant>

#include "crypto/digest.hpp"
#include "domain/crypto_request.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// The CK_MECHANISM of an operation, with the parameters of its scheme. The operation is borrowed.
class MechanismParameters {
  public:
    /// `code` is the operation's mechanism, or its bare form without the hash.
    MechanismParameters(CK_MECHANISM_TYPE code, const CryptoRequest& operation);
    MechanismParameters(const MechanismParameters&) = delete;
    MechanismParameters(MechanismParameters&&) = delete;
    MechanismParameters& operator=(const MechanismParameters&) = delete;
    MechanismParameters& operator=(MechanismParameters&&) = delete;
    ~MechanismParameters() = default;

    [[nodiscard]] CK_MECHANISM& mechanism() { return mechanism_; }

  private:
    std::variant<std::monostate, CK_GCM_PARAMS, CK_AES_CTR_PARAMS, CK_RSA_PKCS_PSS_PARAMS,
                 CK_RSA_PKCS_OAEP_PARAMS>
        parameters_;
    CK_MECHANISM mechanism_;
};

/// GCM with a tag of `gcm_tag_size` octets (PKCS#11 3.0 section 2.13.3). Both arguments are borrowed.
CK_GCM_PARAMS gcm_parameters(ByteView iv, ByteView aad);

/// OAEP with MGF1 of the same hash and no label (PKCS#11 3.0 section 2.1.8).
CK_RSA_PKCS_OAEP_PARAMS oaep_parameters(Digest hash);

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
