#pragma once

#include <string>
#include <vector>

#include "service/operations/use_key.hpp"

namespace keyward::service {

struct CertificateRequestFields {
    std::string key_name;
    std::string environment;
    std::string subject;                         ///< in the syntax of RFC 4514
    std::vector<std::string> alternative_names;  ///< such as `DNS:www.example.org`
    std::string mechanism;                       ///< the signature mechanism
    Origin origin;
};

/// Creates a PKCS#10 request (RFC 2986) for the certificate of a private key: its public half, signed by the
/// private one in the token. Thread-safe.
class RequestCertificate {
  public:
    RequestCertificate(ServiceContext service_context, UseKey& use)
        : service_context_(std::move(service_context)), use_(use) {}

    /// Returns PEM. Throws ServiceError as a signature does, and validation_failed for names that the request
    /// cannot contain.
    std::string run(const Caller& caller, const Project& project, const CertificateRequestFields& fields,
                    std::vector<FieldError> mistakes);

  private:
    Bytes sign(const Caller& caller, const Project& project, const CertificateRequestFields& fields,
               ByteView to_be_signed);

    ServiceContext service_context_;
    UseKey& use_;
};

}  // namespace keyward::service
