#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::keys {

/// One block of PEM (RFC 7468); the views are into the text it was found in.
struct PemBlock {
    std::string_view label;  ///< `RSA PRIVATE KEY`
    std::string_view body;   ///< what stands between the two lines
    std::size_t end;         ///< where in the text the block ends
};

bool looks_like_pem(std::string_view text);

/// Every block of the text, in order; what stands outside them is passed over (RFC 7468 section 2). The cost
/// is linear. Throws KeyFormatError when a block has no end.
std::vector<PemBlock> pem_blocks(std::string_view text);

/// The octets of the one block that holds the key; an `EC PARAMETERS` block beside it, as `openssl ecparam
/// -genkey` writes, is passed over. Throws KeyFormatError when there are several, when it is encrypted, or
/// when its label says that it is no key.
SecretBytes octets_of_pem(std::string_view text);

/// The octets of one block. Throws KeyFormatError when its body is not base64.
SecretBytes octets_of_block(const PemBlock& block);

/// The block of this label around octets that are not secret, with a line break at its end.
std::string pem_block(std::string_view label, ByteView octets);

}  // namespace keyward::keys
