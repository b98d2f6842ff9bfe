#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace keyward::keys {

/// The kind of a DER blob, judged by the shape of its outermost sequence.
enum class DerKind {
    pkcs8,            ///< PrivateKeyInfo, OneAsymmetricKey (RFC 5958)
    pkcs1_private,    ///< RSAPrivateKey (RFC 8017 A.1.2)
    sec1,             ///< ECPrivateKey (RFC 5915)
    spki,             ///< SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7)
    pkcs1_public,     ///< RSAPublicKey (RFC 8017 A.1.1)
    certificate,      ///< RFC 5280 section 4.1
    encrypted_pkcs8,  ///< EncryptedPrivateKeyInfo (RFC 5958 section 3)
    certificate_request,
    revocation_list,
    pkcs12,
    pkcs7,
    dsa_private,
    dsa_parameters,
    unknown,
};

/// Whether the octets are one whole X.509 certificate and nothing else.
bool is_certificate(ByteView octets);

/// The kind of a DER blob. Throws KeyFormatError when it is truncated, has trailing octets or an indefinite
/// length.
DerKind kind_of(ByteView der);

/// The name for clients: `an X.509 certificate`.
std::string_view describe(DerKind kind);

/// Whether a private key (or a public key) can be decoded from this kind.
bool holds_private_key(DerKind kind);
bool holds_public_key(DerKind kind);

/// Refuses a kind that holds no usable key: throws KeyFormatError with the reason and the remedy.
[[noreturn]] void refuse_kind(DerKind kind);

/// The same refusal for every encrypted private key, whatever its format.
[[noreturn]] void refuse_encrypted_key();

}  // namespace keyward::keys
