#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "x509/name_format_error.hpp"

namespace keyward::x509 {

constexpr std::size_t longest_subject = 4096;  ///< octets of its text

/// DER of an X.501 name from its text in the form of RFC 4514 (`CN=www.example.org,O=Example,C=DE`; the most
/// specific part first, which is the last in DER; `\` escapes, `+` for parts with several values). A type is
/// OpenSSL's short or long name in any case (CN, O, OU, C, ST, L, street, DC, UID, serialNumber, emailAddress
/// …) or a dotted number. X.520 limits the lengths and characters of each type. Throws NameFormatError; its
/// part numbers count from 1 in the order of the text. Thread-safe.
Bytes subject_name(std::string_view text);

}  // namespace keyward::x509
