#pragma once

#include <initializer_list>

#include "base/bytes.hpp"

namespace keyward::keys::der {

/// One DER element whose value is the concatenation of the parts. For public values only: nothing is
/// cleansed.
Bytes element(std::uint8_t tag, std::initializer_list<ByteView> parts);

/// An INTEGER from big-endian digits without leading zeros.
Bytes unsigned_integer(ByteView digits);

}  // namespace keyward::keys::der
