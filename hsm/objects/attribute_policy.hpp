#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// What part an object plays in a key.
enum class Role : std::uint8_t { secret, private_half, public_half };

/// A yes-or-no attribute as it is asked for, and as it must be read back.
struct Flag {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    bool value;
};

/// Every protection and usage attribute of an object, each set explicitly because modules have defaults of
/// their own. WRAP, UNWRAP and DERIVE are never granted; MODIFIABLE=false keeps it so.
std::vector<Flag> flags_of(Role role, service::Lifetime lifetime, const service::UseSet& uses);

/// Those among them that protect the key, whatever its uses: what every object of ours has. A public object's
/// CKA_PRIVATE protects nothing.
std::vector<Flag> protection_of(Role role);

CK_OBJECT_CLASS class_of(Role role);
std::string_view to_string(Role role);

}  // namespace keyward::hsm
