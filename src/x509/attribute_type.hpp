#pragma once

#include <string_view>

#include "crypto/openssl_ptr.hpp"

namespace keyward::x509 {

/// The type of a name's part from OpenSSL's short or long name of it, of whatever case, or from its dotted
/// number. Null when there is none: names of objects that are no part of names are not known here.
ObjectPtr attribute_type(std::string_view type);

}  // namespace keyward::x509
