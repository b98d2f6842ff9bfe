#pragma once

#include <string>
#include <vector>

#include "keys/key_material.hpp"
#include "keys/public/signature_algorithm.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"

namespace keyward::x509 {

constexpr std::size_t most_alternative_names = 100;  ///< in one request

/// A PKCS#10 certificate request (RFC 2986) whose key is elsewhere: what is to be signed, and the whole once
/// the signature is there. It never changes, so threads may share it.
class CertificateRequest {
  public:
    /// `subject` is DER of a name, `alternative_names` are GeneralNames in DER; with none there is no
    /// extension. Throws NameFormatError, about the list, when there are more than `most_alternative_names`,
    /// and std::invalid_argument for a digest that no request is signed with.
    CertificateRequest(const Bytes& subject, const std::vector<Bytes>& alternative_names,
                       const keys::PublicKey& key, keys::RequestSignature signature);

    /// DER of CertificationRequestInfo, over which the signature is made.
    [[nodiscard]] const Bytes& to_be_signed() const { return to_be_signed_; }

    /// The request in PEM, with the signature as PKCS#10 has it (ECDSA: DER). Throws std::runtime_error when
    /// the signature does not fit the key: then it is not one that this request's key has made.
    [[nodiscard]] std::string pem(ByteView signature) const;

  private:
    Bytes to_be_signed_;
    Bytes algorithm_;  ///< DER of the signature's AlgorithmIdentifier
};

}  // namespace keyward::x509
