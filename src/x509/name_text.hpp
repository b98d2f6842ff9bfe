#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "x509/name_format_error.hpp"

namespace keyward::x509 {

/// One type and value of a name: the type as it was written, the value without escapes, which is UTF-8, not
/// empty and free of control characters.
struct NameAttribute {
    std::string_view type;  ///< of the text that was read
    std::string value;
};

/// What stands between two commas: several where `+` joins them.
using NamePart = std::vector<NameAttribute>;

/// The parts of a name as RFC 4514 section 3 writes it, in the order of the text. Values in hexadecimal BER
/// (`#04…`), which need not be text, are refused. Throws NameFormatError.
std::vector<NamePart> name_parts(std::string_view text);

}  // namespace keyward::x509
