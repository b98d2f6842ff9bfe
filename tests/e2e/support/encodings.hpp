#pragma once

#include <string>
#include <string_view>

namespace keyward::e2e {

// Independent of the product's encoders, so that a fault in them is detected.

std::string base64(std::string_view octets);
std::string base64_decoded(std::string_view text);
/// Lower case.
std::string hex(std::string_view octets);
/// Decodes hexadecimal digits. Throws std::invalid_argument for other characters.
std::string from_hex(std::string_view digits);
/// Base64 with line breaks after that many characters.
std::string in_lines(std::string_view base64_text, std::size_t width, std::string_view line_end);
/// The output of Windows' `certutil -encode` for any octets.
std::string as_certutil_writes(std::string_view octets);
std::string pem(std::string_view label, std::string_view der);
std::string random_octets(std::size_t size);
/// As lower-case hexadecimal.
std::string sha256_of(std::string_view octets);
std::string upper(std::string text);

}  // namespace keyward::e2e
