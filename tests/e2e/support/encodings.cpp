#include "tests/e2e/support/encodings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace keyward::e2e {
namespace {

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string base64(std::string_view octets) {
    std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(octets_of(text), octets_of(octets), static_cast<int>(octets.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string base64_decoded(std::string_view text) {
    std::string octets(text.size() / 4 * 3 + 3, '\0');
    const int size = EVP_DecodeBlock(octets_of(octets), octets_of(text), static_cast<int>(text.size()));
    if (size < 0) return {};
    const auto padding = std::count(text.begin(), text.end(), '=');
    octets.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(size - padding, 0)));
    return octets;
}

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

std::string from_hex(std::string_view digits) {
    std::string octets;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        unsigned value = 0;
        const auto pair = digits.substr(i, 2);
        const auto [end, error] = std::from_chars(pair.data(), pair.data() + pair.size(), value, 16);
        if (pair.size() != 2 || end != pair.data() + 2 || error != std::errc())
            throw std::invalid_argument("no hexadecimal digits");
        octets += static_cast<char>(value);
    }
    return octets;
}

std::string in_lines(std::string_view base64_text, std::size_t width, std::string_view line_end) {
    std::string text;
    for (; !base64_text.empty(); base64_text.remove_prefix(std::min(width, base64_text.size())))
        text.append(base64_text.substr(0, width)).append(line_end);
    return text;
}

std::string as_certutil_writes(std::string_view octets) {
    return "-----BEGIN CERTIFICATE-----\r\n" + in_lines(base64(octets), 64, "\r\n") +
           "-----END CERTIFICATE-----\r\n";
}

std::string pem(std::string_view label, std::string_view der) {
    const std::string name(label);
    return "-----BEGIN " + name + "-----\n" + in_lines(base64(der), 64, "\n") + "-----END " + name +
           "-----\n";
}

std::string random_octets(std::size_t size) {
    std::string octets(size, '\0');
    if (RAND_bytes(octets_of(octets), static_cast<int>(size)) != 1) throw std::runtime_error("RAND_bytes");
    return octets;
}

std::string sha256_of(std::string_view octets) {
    std::array<char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
               EVP_sha256(), nullptr);
    return hex({digest.data(), size});
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

}  // namespace keyward::e2e
