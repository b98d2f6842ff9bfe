#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// The role of an object in a key.
enum class ObjectClass : std::uint8_t { secret_key, private_key, public_key };

/// A Boolean attribute: the value that is requested and that must be read back.
struct Flag {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    bool value;
};

/// Every protection and usage attribute of an object. All are set explicitly because modules have different
/// defaults. WRAP, UNWRAP and DERIVE are never granted; MODIFIABLE=false keeps them so.
std::vector<Flag> flags_of(ObjectClass object_class, ObjectLifetime lifetime, const KeyUsages& uses);

/// The subset that protects the key, independent of its uses. Every object that Keyward creates has these. A
/// public object's CKA_PRIVATE protects nothing.
std::vector<Flag> protection_of(ObjectClass object_class);

CK_OBJECT_CLASS class_of(ObjectClass object_class);
std::string_view to_string(ObjectClass object_class);

}  // namespace keyward::hsm
