#include "hsm/objects/attributes.hpp"

#include <array>

namespace keyward::hsm {
namespace {

enum class Rule : std::uint8_t { yes, no, lifetime, cipher, signature };

struct Row {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    bool secret, private_key, public_key;  ///< the object classes that have the attribute
    Rule rule;
};

constexpr std::array attribute_rows{
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

bool belongs_to(const Row& row, ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::secret_key:
            return row.secret;
        case ObjectClass::private_key:
            return row.private_key;
        case ObjectClass::public_key:
            return row.public_key;
    }
    return false;
}

bool protects(const Row& row, ObjectClass object_class) {
    if (row.rule != Rule::yes && row.rule != Rule::no) return false;
    return object_class != ObjectClass::public_key || row.type != CKA_PRIVATE;
}

bool value_of(Rule rule, ObjectLifetime lifetime, const KeyUsages& uses) {
    switch (rule) {
        case Rule::yes:
            return true;
        case Rule::no:
            return false;
        case Rule::lifetime:
            return lifetime == ObjectLifetime::token;
        case Rule::cipher:
            return uses.contains(KeyUsage::encrypt_decrypt);
        case Rule::signature:
            return uses.contains(KeyUsage::sign_verify);
    }
    return false;
}

}  // namespace

std::vector<Flag> flags_of(ObjectClass object_class, ObjectLifetime lifetime, const KeyUsages& uses) {
    std::vector<Flag> flags;
    flags.reserve(attribute_rows.size());
    for (const Row& row : attribute_rows)
        if (belongs_to(row, object_class))
            flags.push_back({row.type, row.name, value_of(row.rule, lifetime, uses)});
    return flags;
}

std::vector<Flag> protection_of(ObjectClass object_class) {
    std::vector<Flag> flags;
    for (const Row& row : attribute_rows)
        if (belongs_to(row, object_class) && protects(row, object_class))
            flags.push_back({row.type, row.name, row.rule == Rule::yes});
    return flags;
}

CK_OBJECT_CLASS class_of(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::secret_key:
            return CKO_SECRET_KEY;
        case ObjectClass::private_key:
            return CKO_PRIVATE_KEY;
        case ObjectClass::public_key:
            return CKO_PUBLIC_KEY;
    }
    return CKO_DATA;
}

std::string_view to_string(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::secret_key:
            return "secret key";
        case ObjectClass::private_key:
            return "private key";
        case ObjectClass::public_key:
            return "public key";
    }
    return "object";
}

namespace {

// Cryptoki's pointers are not const, although C_CreateObject and C_FindObjectsInit only read (PKCS#11 2.40
// section 5.7).
void* unconst(const void* value) {
    return const_cast<void*>(value);
}

constexpr CK_BBOOL yes = CK_TRUE;
constexpr CK_BBOOL no = CK_FALSE;

}  // namespace

AttributeTemplate& AttributeTemplate::flag(CK_ATTRIBUTE_TYPE type, bool value) {
    attributes_.push_back({type, unconst(value ? &yes : &no), sizeof(CK_BBOOL)});
    return *this;
}

AttributeTemplate& AttributeTemplate::number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    numbers_.push_back(value);
    attributes_.push_back({type, &numbers_.back(), sizeof(CK_ULONG)});
    return *this;
}

AttributeTemplate& AttributeTemplate::borrowed(CK_ATTRIBUTE_TYPE type, ByteView value) {
    attributes_.push_back({type, unconst(value.data()), value.size()});
    return *this;
}

ByteView octets_of(std::span<const CK_MECHANISM_TYPE> mechanisms) {
    return {reinterpret_cast<const std::uint8_t*>(mechanisms.data()), mechanisms.size_bytes()};
}

}  // namespace keyward::hsm
