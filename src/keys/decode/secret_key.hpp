#pragma once

#include <optional>

#include "keys/decode/decode.hpp"

namespace keyward::keys {

/// A checked symmetric key from its raw octets. Without an algorithm its length decides, as the contract
/// says. Parity bits of DES and DESede keys are set. Throws KeyFormatError for a wrong length, a length that
/// leaves the choice open, DESede keys with equal parts and weak DES keys: those are placeholders or
/// mistakes, because a good generator makes one of them in 2^52.
SecretKey make_secret_key(std::optional<Algorithm> algorithm, SecretBytes octets, const KeyPolicy& policy);

}  // namespace keyward::keys
