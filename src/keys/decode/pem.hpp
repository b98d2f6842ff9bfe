#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::keys {

/// One block of PEM (RFC 7468). The views point into the input text.
struct PemBlock {
    std::string_view label;  ///< `RSA PRIVATE KEY`
    std::string_view body;   ///< the text between the two lines
    std::size_t end;         ///< offset of the end of the block in the text
};

bool looks_like_pem(std::string_view text);

/// All blocks of the text, in order. Text outside them is ignored (RFC 7468 section 2). Takes linear time.
/// Throws KeyFormatError when a block has no end.
std::vector<PemBlock> pem_blocks(std::string_view text);

/// The octets of the one block that holds the key. Ignores an `EC PARAMETERS` block next to it, as `openssl
/// ecparam -genkey` writes. Throws KeyFormatError when there are several keys, when the key is encrypted, or
/// when the label is not that of a key.
SecretBytes octets_of_pem(std::string_view text);

/// The octets of one block. Throws KeyFormatError when its body is not base64.
SecretBytes octets_of_block(const PemBlock& block);

/// A PEM block with this label around octets that are not secret, with a line break at its end.
std::string pem_block(std::string_view label, ByteView octets);

}  // namespace keyward::keys
