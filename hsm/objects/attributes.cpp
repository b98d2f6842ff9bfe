#include "hsm/objects/attributes.hpp"

#include <array>

namespace keyward::hsm {
namespace {

enum class Rule : std::uint8_t { yes, no, lifetime, cipher, signature };

constexpr unsigned bit_of(ObjectClass object_class) {
    return 1U << static_cast<unsigned>(object_class);
}
constexpr unsigned in_secret = bit_of(ObjectClass::secret_key);
constexpr unsigned in_private = bit_of(ObjectClass::private_key);
constexpr unsigned in_public = bit_of(ObjectClass::public_key);
constexpr unsigned in_all = in_secret | in_private | in_public;

struct Row {
    CK_ATTRIBUTE_TYPE type;
    std::string_view name;
    unsigned classes;  ///< the object classes that have the attribute
    Rule rule;
};

constexpr auto attribute_rows = std::to_array<Row>({
    {CKA_TOKEN, "CKA_TOKEN", in_all, Rule::lifetime},
    {CKA_PRIVATE, "CKA_PRIVATE", in_secret | in_private, Rule::yes},
    {CKA_PRIVATE, "CKA_PRIVATE", in_public, Rule::no},
    {CKA_MODIFIABLE, "CKA_MODIFIABLE", in_all, Rule::no},
    {CKA_SENSITIVE, "CKA_SENSITIVE", in_secret | in_private, Rule::yes},
    {CKA_EXTRACTABLE, "CKA_EXTRACTABLE", in_secret | in_private, Rule::no},
    {CKA_ENCRYPT, "CKA_ENCRYPT", in_secret | in_public, Rule::cipher},
    {CKA_DECRYPT, "CKA_DECRYPT", in_secret | in_private, Rule::cipher},
    {CKA_SIGN, "CKA_SIGN", in_secret | in_private, Rule::signature},
    {CKA_VERIFY, "CKA_VERIFY", in_secret | in_public, Rule::signature},
    {CKA_SIGN_RECOVER, "CKA_SIGN_RECOVER", in_private, Rule::no},
    {CKA_VERIFY_RECOVER, "CKA_VERIFY_RECOVER", in_public, Rule::no},
    {CKA_WRAP, "CKA_WRAP", in_secret | in_public, Rule::no},
    {CKA_UNWRAP, "CKA_UNWRAP", in_secret | in_private, Rule::no},
    {CKA_DERIVE, "CKA_DERIVE", in_all, Rule::no},
});

bool belongs_to(const Row& row, ObjectClass object_class) {
    return (row.classes & bit_of(object_class)) != 0;
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
            flags.push_back(
                {.type = row.type, .name = row.name, .value = value_of(row.rule, lifetime, uses)});
    return flags;
}

std::vector<Flag> protection_of(ObjectClass object_class) {
    std::vector<Flag> flags;
    for (const Row& row : attribute_rows)
        if (belongs_to(row, object_class) && protects(row, object_class))
            flags.push_back({.type = row.type, .name = row.name, .value = row.rule == Rule::yes});
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
    attributes_.push_back(
        {.type = type, .pValue = unconst(value ? &yes : &no), .ulValueLen = sizeof(CK_BBOOL)});
    return *this;
}

AttributeTemplate& AttributeTemplate::number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    numbers_.push_back(value);
    attributes_.push_back({.type = type, .pValue = &numbers_.back(), .ulValueLen = sizeof(CK_ULONG)});
    return *this;
}

AttributeTemplate& AttributeTemplate::borrowed(CK_ATTRIBUTE_TYPE type, ByteView value) {
    attributes_.push_back({.type = type, .pValue = unconst(value.data()), .ulValueLen = value.size()});
    return *this;
}

ByteView octets_of(std::span<const CK_MECHANISM_TYPE> mechanisms) {
    return {reinterpret_cast<const std::uint8_t*>(mechanisms.data()), mechanisms.size_bytes()};
}

}  // namespace keyward::hsm
