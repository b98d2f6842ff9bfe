#include "hsm/objects/attribute_template.hpp"

namespace keyward::hsm {
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
