#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "x509/name_format_error.hpp"

namespace keyward::x509 {

/// One type and value of a name: the type as written, the value without escapes. The value is UTF-8, not
/// empty and free of control characters.
struct NameAttribute {
    std::string_view type;  ///< points into the input text
    std::string value;
};

/// The part between two commas: several attributes where `+` joins them.
using NamePart = std::vector<NameAttribute>;

/// The parts of a name in the form of RFC 4514 section 3, in the order of the text. Refuses values in
/// hexadecimal BER (`#04…`), which need not be text. Throws NameFormatError.
std::vector<NamePart> name_parts(std::string_view text);

}  // namespace keyward::x509
