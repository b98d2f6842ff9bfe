#pragma once

#include <string>
#include <vector>

#include "crypto/openssl_ptr.hpp"
#include "keys/key_material.hpp"
#include "keys/public/signature_algorithm.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"

namespace keyward::x509 {

constexpr std::size_t most_alternative_names = 100;  ///< in one request

/// A PKCS#10 certificate request (RFC 2986) whose key is elsewhere: gives the octets to sign, and the
/// complete request once the signature exists. Immutable, so threads may share it.
class CertificateRequest {
  public:
    /// `subject` is DER of a name, `alternative_names` are GeneralNames in DER; an empty list gives no
    /// extension. Throws NameFormatError, about the list, when there are more than `most_alternative_names`,
    /// and std::invalid_argument for a digest that requests are not signed with.
    CertificateRequest(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                       const keys::PublicKey& key, keys::RequestSignature signature);

    /// DER of CertificationRequestInfo, the octets to sign.
    [[nodiscard]] const Bytes& to_be_signed() const { return to_be_signed_; }

    /// The request in PEM, with the signature in the form of PKCS#10 (ECDSA: DER). Throws std::runtime_error
    /// when the signature is not one by this request's key.
    [[nodiscard]] std::string pem(ByteView signature) const;

  private:
    X509RequestPtr unsigned_;  ///< complete but for the signature
    Bytes to_be_signed_;
};

}  // namespace keyward::x509
