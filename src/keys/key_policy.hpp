#pragma once

namespace keyward::keys {

/// The policy of this deployment (`[policy]` of the configuration).
struct KeyPolicy {
    int rsa_min_bits = 2048;
    bool legacy_mechanisms = false;
    bool refuse_two_purposes = false;  ///< an RSA key for both signatures and encryption
};

}  // namespace keyward::keys
