#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace keyward::keys {

/// What a DER blob is, judged by the shape of its outermost sequence.
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

/// Whether these octets are a whole X.509 certificate and nothing else.
bool is_certificate(ByteView octets);

/// The kind of a DER blob. Throws KeyFormatError when it is cut short, followed by more octets or of
/// indefinite length.
DerKind kind_of(ByteView der);

/// `an X.509 certificate`: what a client calls it.
std::string_view describe(DerKind kind);

/// Whether it is of a kind that a private or a public key comes in.
bool holds_private_key(DerKind kind);
bool holds_public_key(DerKind kind);

/// Why a kind that is neither can't be used and what to do about it. Throws KeyFormatError.
[[noreturn]] void refuse_kind(DerKind kind);

/// The text for every encrypted private key, whatever it came in.
[[noreturn]] void refuse_encrypted_key();

}  // namespace keyward::keys
