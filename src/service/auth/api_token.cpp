#include "service/auth/api_token.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/ids.hpp"

namespace keyward::service {
namespace {

constexpr std::string_view prefix = "kw_";
constexpr std::size_t random_size = 32;
constexpr std::size_t checksum_size = 4;
constexpr std::size_t encoded_size = (random_size + checksum_size) / 3 * 4;

void replace(std::string& text, char from, char to) {
    std::ranges::replace(text, from, to);
}

}  // namespace

SecretBytes make_api_token() {
    const SecretBytes random = random_secret(random_size);
    const Bytes checksum = sha256(random.reveal());
    SecretBytes octets(random_size + checksum_size);
    std::ranges::copy(random.reveal(), octets.writable().begin());
    std::copy_n(checksum.begin(), checksum_size, octets.writable().begin() + random_size);
    std::string encoded = to_base64(octets.reveal());
    replace(encoded, '+', '-');
    replace(encoded, '/', '_');
    std::string text{prefix};
    text += encoded;
    cleanse(encoded);
    return SecretBytes::take(text);
}

bool is_api_token(std::string_view text) {
    if (!text.starts_with(prefix) || text.size() != prefix.size() + encoded_size) return false;
    text.remove_prefix(prefix.size());
    if (text.find_first_of("+/= \t\r\n") != std::string_view::npos) return false;
    std::string encoded{text};
    replace(encoded, '-', '+');
    replace(encoded, '_', '/');
    const auto octets = from_base64(encoded);
    cleanse(encoded);
    if (!octets || octets->size() != random_size + checksum_size) return false;
    const Bytes checksum = sha256(octets->reveal().first(random_size));
    return equal_secrets(octets->reveal().subspan(random_size), ByteView(checksum).first(checksum_size));
}

std::string hash_api_token(std::string_view text) {
    return to_hex(sha256(as_bytes(text)));
}

}  // namespace keyward::service
