#include "crypto/des.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace keyward {
namespace {

constexpr std::array<std::uint64_t, 16> weak_keys{
    0x0101010101010101, 0xFEFEFEFEFEFEFEFE, 0xE0E0E0E0F1F1F1F1, 0x1F1F1F1F0E0E0E0E,  // weak
    0x011F011F010E010E, 0x1F011F010E010E01, 0x01E001E001F101F1, 0xE001E001F101F101,  // semi-weak, in pairs
    0x01FE01FE01FE01FE, 0xFE01FE01FE01FE01, 0x1FE01FE00EF10EF1, 0xE01FE01FF10EF10E,
    0x1FFE1FFE0EFE0EFE, 0xFE1FFE1FFE0EFE0E, 0xE0FEE0FEF1FEF1FE, 0xFEE0FEE0FEF1FEF1,
};

}  // namespace

void set_odd_parity(std::span<std::uint8_t> key) {
    for (std::uint8_t& octet : key) {
        const unsigned upper = octet & 0xFEU;
        octet = static_cast<std::uint8_t>(upper | (std::popcount(upper) % 2 == 0 ? 1U : 0U));
    }
}

bool has_odd_parity(ByteView key) {
    return std::all_of(key.begin(), key.end(),
                       [](std::uint8_t octet) { return std::popcount(octet) % 2 == 1; });
}

bool is_weak_des_key(ByteView key) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : key)
        value = value << 8 | octet;
    return std::find(weak_keys.begin(), weak_keys.end(), value) != weak_keys.end();
}

}  // namespace keyward
