#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "keys/digest.hpp"
#include "keys/key_material.hpp"

namespace keyward::keys {

/// Why a subject or an alternative name can't stand in a certificate request. The text is for the client.
class UnusableName : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// DER of an X.501 name from its text as RFC 4514 writes it (`CN=www.example.org,O=Example,C=DE`; the most
/// specific part first, `\` escapes, `+` for parts with several values). Types by their short name (CN, O,
/// OU, C, ST, L, street, DC, UID, serialNumber, emailAddress …) or dotted number. Throws UnusableName.
Bytes subject_name(std::string_view text);

/// DER of one GeneralName (RFC 5280 section 4.2.1.6) from `DNS:www.example.org`, `IP:192.0.2.1` (or IPv6),
/// `email:a@example.org` or `URI:https://example.org/`. Throws UnusableName.
Bytes general_name(std::string_view text);

/// How a request is signed.
struct RequestSignature {
    enum class Scheme { rsa_pkcs1, rsa_pss, ecdsa, ed25519 };
    Scheme scheme;
    Digest digest = Digest::sha256;  ///< not read for ed25519
};

/// A PKCS#10 certificate request (RFC 2986) whose key is elsewhere: what is to be signed, and the whole once
/// the signature is there. Not for sharing between threads.
class CertificateRequest {
  public:
    /// `alternative_names` are GeneralNames in DER; with none there is no extension.
    CertificateRequest(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                       const PublicKey& key, RequestSignature signature);

    /// DER of CertificationRequestInfo, over which the signature is made.
    [[nodiscard]] const Bytes& to_be_signed() const { return to_be_signed_; }

    /// The request in PEM, with the signature as PKCS#10 has it (ECDSA: DER). Throws std::runtime_error when
    /// the signature does not fit the key: then it is not one that this request's key has made.
    [[nodiscard]] std::string pem(ByteView signature) const;

  private:
    Bytes to_be_signed_;
    RequestSignature signature_;
};

}  // namespace keyward::keys
