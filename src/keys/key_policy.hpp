#pragma once

namespace keyward::keys {

/// What the deployment allows (`[policy]` of the configuration).
struct KeyPolicy {
    int rsa_min_bits = 2048;
    bool legacy_mechanisms = false;
    bool refuse_two_purposes = false;  ///< an RSA key for signatures and for encryption
};

}  // namespace keyward::keys
