#pragma once

#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"

namespace keyward::service {

/// A new bearer token: `kw_` and 48 characters of base64url (RFC 4648 section 5), which are 256 random bits
/// and a 32-bit checksum. The prefix lets secret scanners find a leaked token; the checksum distinguishes a
/// mistyped token from an unknown one without the database.
SecretBytes make_api_token();

/// Whether the text has the form of a token and its checksum is right.
bool is_api_token(std::string_view text);

/// The form stored in the catalogue: lower-case hex of the SHA-256. A token has 256 random bits, so no salt
/// or slow hash is needed.
std::string hash_api_token(std::string_view text);

}  // namespace keyward::service
