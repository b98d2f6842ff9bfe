#pragma once

#include <cstddef>

#include "domain/crypto_request.hpp"

namespace keyward::hsm {

/// The room that an output gets, and the lengths that are believed of it. Some modules report the room as the
/// length (tpm2-pkcs11), others refuse room of any other length than the output's (NSS 3.110 for EdDSA), so
/// it is exact wherever the length is known beforehand.
struct OutputLength {
    std::size_t room;
    std::size_t least;
    std::size_t most;

    static constexpr OutputLength exactly(std::size_t size) { return {size, size, size}; }
    static constexpr OutputLength up_to(std::size_t size) { return {size, 0, size}; }
};

/// What of a key makes its outputs as long as they are; 0 where the token does not say.
struct KeySizes {
    std::size_t order_bytes = 0;    ///< of a curve's order
    std::size_t modulus_bytes = 0;  ///< of an RSA key
};

/// Whether the length depends on the key.
bool depends_on_key(Scheme scheme);

/// Of what the action makes of the operation's input; verification makes nothing. What is decrypted with
/// padding may have several lengths.
OutputLength output_length(CryptoOperation action, const CryptoRequest& operation, KeySizes key);

}  // namespace keyward::hsm
