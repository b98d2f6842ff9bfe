#pragma once

#include <string>

#include "base/bytes.hpp"

namespace keyward::x509::testing {

/// A name in DER as OpenSSL writes it in the form of RFC 2253, which RFC 4514 follows: UTF-8 without escapes,
/// no values in hexadecimal. Throws when it is none, or not all of it.
std::string printed_name(ByteView der);

}  // namespace keyward::x509::testing
