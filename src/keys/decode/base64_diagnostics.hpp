#pragma once

#include <string>
#include <string_view>

namespace keyward::keys {

/// What is wrong with a text that from_base64 refused, and what to do: places and counts, never a character
/// of it.
std::string base64_fault(std::string_view text);

/// Whether the text is surely hexadecimal and no base64: 16 digits at least, decimal ones among them, letters
/// of one case. (A random base64 text of 32 characters looks so once in 10^19.)
bool looks_hexadecimal(std::string_view text);

}  // namespace keyward::keys
