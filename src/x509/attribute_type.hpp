#pragma once

#include <string_view>

#include "crypto/openssl_ptr.hpp"

namespace keyward::x509 {

/// An attribute type from OpenSSL's short or long name for it, in any case, or from its dotted number. Null
/// when there is none: only types that occur in names are known here.
ObjectPtr attribute_type(std::string_view type);

}  // namespace keyward::x509
