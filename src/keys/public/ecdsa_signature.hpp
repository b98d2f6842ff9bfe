#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"

namespace keyward::keys {

/// The two forms of an ECDSA signature: DER of Ecdsa-Sig-Value (RFC 3279 section 2.2.3), and r ‖ s, each as
/// long as the curve's order, as in PKCS#11 (PKCS#11 3.0 section 2.3.1). Thread-safe.

/// Nothing unless the input is DER of two positive numbers that fit into `order_bytes` octets each, without
/// trailing octets.
std::optional<Bytes> ecdsa_raw_from_der(ByteView der, std::size_t order_bytes);

/// `raw` must have an even number of octets; otherwise throws std::invalid_argument.
Bytes ecdsa_der_from_raw(ByteView raw);

}  // namespace keyward::keys
