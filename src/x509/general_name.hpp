#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "x509/name_format_error.hpp"

namespace keyward::x509 {

constexpr std::size_t longest_uri = 2048;  ///< octets; other names have the limits of their standards

/// DER of one GeneralName (RFC 5280 section 4.2.1.6) from `DNS:www.example.org` (RFC 1123 names, also with a
/// leading `*.`; other scripts as xn--), `IP:192.0.2.1` or `IP:2001:db8::1`, `email:a@example.org` or
/// `URI:https://example.org/`. Throws NameFormatError. Thread-safe.
Bytes general_name(std::string_view text);

}  // namespace keyward::x509
