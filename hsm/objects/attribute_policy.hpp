#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// What part an object plays in a key.
enum class ObjectClass : std::uint8_t { secret_key, private_key, public_key };

/// A yes-or-no attribute as it is asked for, and as it must be read back.
struct Flag {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    bool value;
};

/// Every protection and usage attribute of an object, each set explicitly because modules have defaults of
/// their own. WRAP, UNWRAP and DERIVE are never granted; MODIFIABLE=false keeps it so.
std::vector<Flag> flags_of(ObjectClass object_class, ObjectLifetime lifetime, const KeyUsages& uses);

/// Those among them that protect the key, whatever its uses: what every object of ours has. A public object's
/// CKA_PRIVATE protects nothing.
std::vector<Flag> protection_of(ObjectClass object_class);

CK_OBJECT_CLASS class_of(ObjectClass object_class);
std::string_view to_string(ObjectClass object_class);

}  // namespace keyward::hsm
