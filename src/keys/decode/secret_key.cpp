#include "keys/decode/secret_key.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "crypto/des.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t des_size = 8;
constexpr std::size_t desede_size = 24;

constexpr std::string_view choices =
    "AES (16, 24 or 32 bytes), DES (8 bytes), DESede (24 bytes), HMAC (16 to 1024 bytes)";

struct Lengths {
    Algorithm algorithm;
    std::string_view expected;
    bool (*allow)(std::size_t size);
};
constexpr std::array<Lengths, 4> lengths{{
    {Algorithm::aes, "16, 24 or 32", [](std::size_t size) { return size == 16 || size == 24 || size == 32; }},
    {Algorithm::des, "8", [](std::size_t size) { return size == des_size; }},
    {Algorithm::desede, "24", [](std::size_t size) { return size == desede_size; }},
    {Algorithm::hmac, "16 to 1024",
     [](std::size_t size) { return size >= shortest_hmac_key && size <= longest_hmac_key; }},
}};

std::string bytes_in_words(std::size_t size) {
    return std::to_string(size) + (size == 1 ? " byte" : " bytes");
}

/// A frequent cause of a wrong length: the octets are themselves an encoded key.
std::string_view hint(const SecretBytes& octets) {
    const std::string_view text = octets.reveal_text();
    if (text.find("-----BEGIN ") != std::string_view::npos)
        return "; the bytes are PEM text: send base64 of the key's raw bytes, or the PEM as it is with "
               "another keyType";
    if (text.size() >= 2 && text.find_first_not_of("0123456789abcdefABCDEF\r\n") == std::string_view::npos)
        return "; the bytes are hexadecimal text: send base64 of the bytes that it stands for";
    return ": send base64 of the key's raw bytes and nothing else";
}

Algorithm by_length(const SecretBytes& octets) {
    switch (octets.size()) {
        case 16:
        case 32:
            return Algorithm::aes;
        case des_size:
            return Algorithm::des;
        case desede_size:
            break;
        default:
            throw KeyFormatError("has " + bytes_in_words(octets.size()) +
                                 ", which does not tell its algorithm: send algorithm, one of " +
                                 std::string(choices));
    }
    if (has_odd_parity(octets.reveal()))
        throw KeyFormatError(
            "has 24 bytes that all have odd parity, so it may be AES or DESede: send algorithm, one of AES, "
            "DESede");
    return Algorithm::aes;
}

void require_length(Algorithm algorithm, const SecretBytes& octets) {
    const auto* const row = std::find_if(lengths.begin(), lengths.end(), [algorithm](const Lengths& each) {
        return each.algorithm == algorithm;
    });
    if (row == lengths.end() || row->allow(octets.size())) return;
    throw KeyFormatError("has " + bytes_in_words(octets.size()) + ", expected " + std::string(row->expected) +
                         " for " + std::string(to_string(algorithm)) + std::string(hint(octets)));
}

void refuse_weak_parts(ByteView key) {
    for (std::size_t at = 0; at < key.size(); at += des_size)
        if (is_weak_des_key(key.subspan(at, des_size)))
            throw KeyFormatError(
                key.size() == des_size
                    ? "is one of the 16 weak or semi-weak DES keys (NIST SP 800-67, 3.3.2): make a new key"
                    : "has among its three parts one of the 16 weak or semi-weak DES keys (NIST SP 800-67, "
                      "3.3.2): "
                      "make a new key");
}

void require_distinct_parts(ByteView key, const KeyPolicy& policy) {
    const auto same = [key](std::size_t first, std::size_t second) {
        return equal_secrets(key.subspan(first * des_size, des_size),
                             key.subspan(second * des_size, des_size));
    };
    if (same(0, 1) || same(1, 2))
        throw KeyFormatError(
            "is a DESede key with K1 = K2 or K2 = K3 (parity aside), which is single DES: make a key of "
            "three "
            "different parts");
    if (same(0, 2) && !policy.legacy_mechanisms)
        throw KeyFormatError(
            "is a DESede key with K1 = K3 (parity aside), that is two-key DESede, which this service takes "
            "only with "
            "legacy_mechanisms: make a key of three different parts");
}

}  // namespace

SecretKey make_secret_key(std::optional<Algorithm> algorithm, SecretBytes octets, const KeyPolicy& policy) {
    const Algorithm chosen = algorithm ? *algorithm : by_length(octets);
    require_length(chosen, octets);
    if (chosen == Algorithm::des || chosen == Algorithm::desede) {
        set_odd_parity(octets.writable());
        if (chosen == Algorithm::desede) require_distinct_parts(octets.reveal(), policy);
        refuse_weak_parts(octets.reveal());
    }
    return {chosen, std::move(octets)};
}

}  // namespace keyward::keys
