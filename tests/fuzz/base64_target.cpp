#include <algorithm>

#include <openssl/evp.h>

#include "base/base64.hpp"
#include "keys/decode/base64_diagnostics.hpp"
#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

std::string without_blanks(std::string_view text) {
    std::string characters(text);
    std::erase_if(characters, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    return characters;
}

/// Whether the characters are what OpenSSL writes for the octets that it reads from them. OpenSSL's own
/// reader is more lenient.
bool is_base64_by_openssl(const std::string& characters) {
    if (characters.size() % 4 != 0) return false;
    if (characters.find_first_of(" \t\r\n\v\f") != std::string::npos) return false;
    std::string octets(characters.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets.data()),
                                     reinterpret_cast<const unsigned char*>(characters.data()),
                                     static_cast<int>(characters.size()));
    if (size < 0) return false;
    octets.resize(static_cast<std::size_t>(size));
    // OpenSSL counts the octets of the padding.
    const std::string_view end(characters);
    octets.resize(octets.size() - (end.ends_with("==") ? 2 : end.ends_with("=") ? 1 : 0));
    return to_base64(as_bytes(octets)) == characters;
}

void check_encoding_of(std::string_view octets) {
    std::string text = to_base64(as_bytes(octets));
    expect(text.size() == base64_size(octets.size()), "base64_size gives the size of the text");
    const auto whole = from_base64(text);
    expect(whole && whole->reveal_text() == octets, "octets that are encoded and decoded are the same");
    for (std::size_t at = 64; at < text.size(); at += 65)
        text.insert(at, 1, '\n');
    const auto lines = from_base64(text);
    expect(lines && lines->reveal_text() == octets, "line breaks do not matter");
}

void check_diagnostics_of(std::string_view text, bool accepted) {
    const std::string fault = keys::base64_fault(text);
    expect(!fault.empty() && fault.size() < 128, "the reason of a refusal is one short sentence");
    expect(!repeats(fault, text), "the reason of a refusal repeats nothing of the text");
    if (keys::looks_hexadecimal(text))
        expect(text.size() >= 16 && std::ranges::all_of(text, is_hex_digit),
               "hexadecimal text has digits only");
    const bool has_foreign_character = begins_with(fault, "character ");
    expect(!accepted || !has_foreign_character, "base64 has no character that does not belong to it");
}

}  // namespace

bool check_base64(std::string_view input) {
    const auto decoded = from_base64(input);
    const std::string characters = without_blanks(input);
    expect(decoded.has_value() == is_base64_by_openssl(characters), "what is base64 is base64 for OpenSSL");
    if (decoded) {
        expect(to_base64(decoded->reveal()) == characters, "each value has one encoding");
        expect(decoded->size() <= input.size() / 4 * 3, "the octets are three quarters of the text at most");
    }
    check_encoding_of(input);
    check_diagnostics_of(input, decoded.has_value());
    return decoded.has_value();
}

}  // namespace keyward::fuzz
