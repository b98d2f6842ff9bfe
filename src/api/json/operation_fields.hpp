#pragma once

#include <array>

#include "api/json/fields.hpp"
#include "service/operations/certificate_request.hpp"
#include "service/operations/use_key.hpp"

namespace keyward::api {

/// Of the arrays in their bodies.
inline constexpr std::array operation_limits{ArrayLimit{"batch", 1, 1000}};
inline constexpr std::array certificate_request_limits{ArrayLimit{"subjectAltNames", 0, 100}};

/// Reads the body of encrypt, decrypt, sign or verify: the members of one operation, or `batch` with 1 to
/// 1,000 of them. Which of them go together is the service's to know. The octets are moved out of the JSON.
/// What is wrong is added to `mistakes`; then the request is of no use but for further mistakes.
service::UseKeyRequest read_operations(Json& body, Mistakes& mistakes);

/// Reads the body of a certificate request.
service::CertificateRequestFields read_certificate_request(Json& body, Mistakes& mistakes);

}  // namespace keyward::api
