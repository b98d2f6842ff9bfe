#pragma once

#include <array>
#include <string>
#include <vector>

#include "api/json/fields.hpp"
#include "service/operations/certificate_request.hpp"
#include "service/operations/use_key.hpp"

namespace keyward::api {

/// The JSON answer to a use of a key. Written directly into the text that is sent, without a document or
/// copies, because it may hold a plaintext.
std::string use_answer(const std::vector<service::UseResult>& results, bool batch);

/// Limits of the arrays in the bodies.
inline constexpr std::array operation_limits{ArrayLimit{"batch", 1, 1000}};
inline constexpr std::array certificate_request_limits{ArrayLimit{"subjectAltNames", 0, 100}};

/// Reads the body of encrypt, decrypt, sign or verify: the members of one operation, or `batch` with 1 to
/// 1,000 of them. The service checks which members may be combined. Moves the octets out of the JSON. Adds
/// errors to `mistakes`; the request is then only good for finding more of them.
service::UseKeyRequest read_operations(Json& body, Mistakes& mistakes);

/// Reads the body of a certificate request.
service::CertificateRequestFields read_certificate_request(Json& body, Mistakes& mistakes);

}  // namespace keyward::api
