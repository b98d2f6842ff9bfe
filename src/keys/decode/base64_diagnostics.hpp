#pragma once

#include <string>
#include <string_view>

namespace keyward::keys {

/// Explains why from_base64 refused a text and how to correct it. Gives places and counts, never a character
/// of the text.
std::string base64_fault(std::string_view text);

/// Whether the text is hexadecimal and not base64: at least 16 digits, some of them decimal, letters of one
/// case. (One random base64 text of 32 characters in 10^19 looks like this.)
bool looks_hexadecimal(std::string_view text);

}  // namespace keyward::keys
