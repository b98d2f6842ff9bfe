#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace keyward {
namespace {

/// The length and the least value of a multi-octet sequence, by its first octet; a length of 0 when no
/// sequence begins with it.
struct Lead {
    std::size_t length;
    std::uint32_t bits;
    std::uint32_t least;
};

Lead lead_of(std::uint8_t octet) {
    if ((octet & 0xE0U) == 0xC0U) return {2, octet & 0x1FU, 0x80};
    if ((octet & 0xF0U) == 0xE0U) return {3, octet & 0x0FU, 0x800};
    if ((octet & 0xF8U) == 0xF0U) return {4, octet & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<std::uint8_t>(text[i]) < 0x80) {
            ++i;
            continue;
        }
        const Lead lead = lead_of(static_cast<std::uint8_t>(text[i]));
        if (lead.length == 0 || i + lead.length > text.size()) return false;
        std::uint32_t code = lead.bits;
        for (std::size_t k = 1; k < lead.length; ++k) {
            const auto octet = static_cast<std::uint8_t>(text[i + k]);
            if ((octet & 0xC0U) != 0x80U) return false;
            code = code << 6U | (octet & 0x3FU);
        }
        if (code < lead.least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        i += lead.length;
    }
    return true;
}

bool has_control_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<std::uint8_t>(text[i]);
        if (octet < 0x20 || octet == 0x7F) return true;
        // U+0080 to U+009F are C2 80 to C2 9F.
        if (octet == 0xC2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xA0)
            return true;
    }
    return false;
}

}  // namespace keyward
