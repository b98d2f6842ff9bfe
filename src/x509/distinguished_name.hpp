#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "x509/name_format_error.hpp"

namespace keyward::x509 {

constexpr std::size_t longest_subject = 4096;  ///< octets of its text

/// DER of an X.501 name from its text as RFC 4514 writes it (`CN=www.example.org,O=Example,C=DE`; the most
/// specific part first, which is the last in DER; `\` escapes, `+` for parts with several values). Types by
/// OpenSSL's short or long name of whatever case (CN, O, OU, C, ST, L, street, DC, UID, serialNumber,
/// emailAddress …) or dotted number. Lengths and characters are those that X.520 allows the type. Throws
/// NameFormatError; the parts that it counts are those of the text, from 1. Any thread may call.
Bytes subject_name(std::string_view text);

}  // namespace keyward::x509
