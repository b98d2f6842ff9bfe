#include "hsm/objects/attribute_policy.hpp"

#include <array>

namespace keyward::hsm {
namespace {

using service::Use;

enum class Rule : std::uint8_t { yes, no, lifetime, cipher, signature };

struct Row {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    bool secret, private_half, public_half;  ///< the roles that have the attribute
    Rule rule;
};

constexpr std::array table{
    Row{CKA_TOKEN, "CKA_TOKEN", true, true, true, Rule::lifetime},
    Row{CKA_PRIVATE, "CKA_PRIVATE", true, true, false, Rule::yes},
    Row{CKA_PRIVATE, "CKA_PRIVATE", false, false, true, Rule::no},
    Row{CKA_MODIFIABLE, "CKA_MODIFIABLE", true, true, true, Rule::no},
    Row{CKA_SENSITIVE, "CKA_SENSITIVE", true, true, false, Rule::yes},
    Row{CKA_EXTRACTABLE, "CKA_EXTRACTABLE", true, true, false, Rule::no},
    Row{CKA_ENCRYPT, "CKA_ENCRYPT", true, false, true, Rule::cipher},
    Row{CKA_DECRYPT, "CKA_DECRYPT", true, true, false, Rule::cipher},
    Row{CKA_SIGN, "CKA_SIGN", true, true, false, Rule::signature},
    Row{CKA_VERIFY, "CKA_VERIFY", true, false, true, Rule::signature},
    Row{CKA_SIGN_RECOVER, "CKA_SIGN_RECOVER", false, true, false, Rule::no},
    Row{CKA_VERIFY_RECOVER, "CKA_VERIFY_RECOVER", false, false, true, Rule::no},
    Row{CKA_WRAP, "CKA_WRAP", true, false, true, Rule::no},
    Row{CKA_UNWRAP, "CKA_UNWRAP", true, true, false, Rule::no},
    Row{CKA_DERIVE, "CKA_DERIVE", true, true, true, Rule::no},
};

bool belongs_to(const Row& row, Role role) {
    switch (role) {
        case Role::secret:
            return row.secret;
        case Role::private_half:
            return row.private_half;
        case Role::public_half:
            return row.public_half;
    }
    return false;
}

bool protects(const Row& row, Role role) {
    if (row.rule != Rule::yes && row.rule != Rule::no) return false;
    return role != Role::public_half || row.type != CKA_PRIVATE;
}

bool value_of(Rule rule, service::Lifetime lifetime, const service::UseSet& uses) {
    switch (rule) {
        case Rule::yes:
            return true;
        case Rule::no:
            return false;
        case Rule::lifetime:
            return lifetime == service::Lifetime::token;
        case Rule::cipher:
            return uses.contains(Use::cipher);
        case Rule::signature:
            return uses.contains(Use::signature);
    }
    return false;
}

}  // namespace

std::vector<Flag> flags_of(Role role, service::Lifetime lifetime, const service::UseSet& uses) {
    std::vector<Flag> flags;
    flags.reserve(table.size());
    for (const Row& row : table)
        if (belongs_to(row, role)) flags.push_back({row.type, row.name, value_of(row.rule, lifetime, uses)});
    return flags;
}

std::vector<Flag> protection_of(Role role) {
    std::vector<Flag> flags;
    for (const Row& row : table)
        if (belongs_to(row, role) && protects(row, role))
            flags.push_back({row.type, row.name, row.rule == Rule::yes});
    return flags;
}

CK_OBJECT_CLASS class_of(Role role) {
    switch (role) {
        case Role::secret:
            return CKO_SECRET_KEY;
        case Role::private_half:
            return CKO_PRIVATE_KEY;
        case Role::public_half:
            return CKO_PUBLIC_KEY;
    }
    return CKO_DATA;
}

std::string_view to_string(Role role) {
    switch (role) {
        case Role::secret:
            return "secret key";
        case Role::private_half:
            return "private key";
        case Role::public_half:
            return "public key";
    }
    return "object";
}

}  // namespace keyward::hsm
