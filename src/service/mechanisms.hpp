#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/key_material.hpp"

namespace keyward::service {

/// What an object in a token may be used for: CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY.
/// The private or secret object has encrypt/decrypt/sign/verify as its class allows, the public one the
/// counterpart.
enum class Use : std::uint8_t { cipher, signature };
using UseSet = std::set<Use>;

/// One row of the operations table: a mechanism by the name that the contract gives it (PKCS#11's without
/// CKM_, upper case, dashes).
struct Mechanism {
    std::string_view name;
    keys::Algorithm algorithm;
    Use use;
    bool by_default;  ///< a key of this algorithm may do it when the request names no mechanisms
    bool legacy;      ///< only where the configuration allows legacy mechanisms
    std::string_view source;
};

/// The whole table: validation, listing and documentation read it.
std::span<const Mechanism> mechanism_table();

/// A key's mechanisms, in the table's order.
using MechanismList = std::vector<std::string>;

/// Those that a key of this algorithm gets when the request names none.
MechanismList default_mechanisms(keys::Algorithm algorithm);

/// All that fit a key of this algorithm: for error texts and validation.
MechanismList mechanisms_for(keys::Algorithm algorithm);

/// The uses that the named mechanisms of this algorithm need.
UseSet uses_of(keys::Algorithm algorithm, const MechanismList& mechanisms);

}  // namespace keyward::service
