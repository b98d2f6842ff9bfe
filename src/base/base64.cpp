#include "base/base64.hpp"

#include <array>

#include <openssl/evp.h>

namespace keyward {
namespace {

constexpr std::uint8_t invalid = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> values{};
    values.fill(invalid);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr auto values = make_values();

constexpr bool is_space(char c) {
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/// Decodes groups of four characters up to the first that holds anything else; this is the fast path. Returns
/// the number of characters consumed.
std::size_t decode_whole_groups(std::string_view text, std::span<std::uint8_t> decoded) {
    const auto value = [text](std::size_t place) { return values[static_cast<std::uint8_t>(text[place])]; };
    std::size_t done = 0;
    for (std::size_t length = 0; done + 4 <= text.size(); done += 4, length += 3) {
        const std::uint32_t a = value(done);
        const std::uint32_t b = value(done + 1);
        const std::uint32_t c = value(done + 2);
        const std::uint32_t d = value(done + 3);
        if ((a | b | c | d) >= 64) break;
        const std::uint32_t group = a << 18U | b << 12U | c << 6U | d;
        decoded[length] = static_cast<std::uint8_t>(group >> 16U);
        decoded[length + 1] = static_cast<std::uint8_t>(group >> 8U);
        decoded[length + 2] = static_cast<std::uint8_t>(group);
    }
    return done;
}

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

void append_base64(std::string& text, ByteView bytes) {
    const std::size_t before = text.size();
    const std::size_t size = base64_size(bytes.size());
    text.resize(before + size + 1);  // OpenSSL appends a NUL
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()) + before, bytes.data(),
                    static_cast<int>(bytes.size()));
    text.resize(before + size);
}

std::optional<SecretBytes> from_base64(std::string_view text) {
    SecretBytes decoded(text.size() / 4 * 3 + 3);
    std::size_t characters = decode_whole_groups(text, decoded.writable());
    std::size_t length = characters / 4 * 3;
    text.remove_prefix(characters);
    std::size_t padding = 0;
    std::uint32_t group = 0;
    for (const char c : text) {
        if (is_space(c)) continue;
        ++characters;
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == invalid || padding != 0) return std::nullopt;
        group = group << 6 | value;
        if (characters % 4 != 0) continue;
        for (const unsigned shift : {16U, 8U, 0U})
            decoded.writable()[length++] = static_cast<std::uint8_t>(group >> shift);
        group = 0;
    }
    if (characters % 4 != 0 || padding > 2) return std::nullopt;
    if (padding == 1) {
        if ((group & 0x3U) != 0) return std::nullopt;
        decoded.writable()[length++] = static_cast<std::uint8_t>(group >> 10);
        decoded.writable()[length++] = static_cast<std::uint8_t>(group >> 2);
    } else if (padding == 2) {
        if ((group & 0xFU) != 0) return std::nullopt;
        decoded.writable()[length++] = static_cast<std::uint8_t>(group >> 4);
    }
    decoded.truncate(length);
    return decoded;
}

}  // namespace keyward
