#pragma once

#include <cstddef>

#include "domain/crypto_request.hpp"

namespace keyward::hsm {

/// Buffer size of an output, and the range of lengths that are accepted for it. Some modules report the
/// buffer size as the length (tpm2-pkcs11), others refuse a buffer of any other size than the output's (NSS
/// 3.110 for EdDSA), so the buffer is exact wherever the length is known in advance.
struct OutputLength {
    std::size_t room;
    std::size_t least;
    std::size_t most;

    static constexpr OutputLength exactly(std::size_t size) {
        return {.room = size, .least = size, .most = size};
    }
    static constexpr OutputLength up_to(std::size_t size) { return {.room = size, .least = 0, .most = size}; }
};

/// Properties of a key that determine the length of its outputs, in octets; 0 where the token does not report
/// them.
struct KeySizes {
    std::size_t order_bytes = 0;    ///< of the curve's order
    std::size_t modulus_bytes = 0;  ///< of the RSA modulus
};

/// Whether the length depends on the key.
bool depends_on_key(Scheme scheme);

/// Length of the action's output for the operation's input. Verification has no output. The result of
/// decryption with padding has a range of lengths.
OutputLength output_length(CryptoOperation action, const CryptoRequest& operation, KeySizes key);

}  // namespace keyward::hsm
