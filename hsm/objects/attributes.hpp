#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
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

/// A CK_ATTRIBUTE array under construction. Numbers are owned. Octets are borrowed and must outlive the
/// array, so no secret is copied.
class AttributeTemplate {
  public:
    AttributeTemplate() = default;
    AttributeTemplate(const AttributeTemplate&) = delete;
    AttributeTemplate& operator=(const AttributeTemplate&) = delete;
    AttributeTemplate(AttributeTemplate&&) = default;
    AttributeTemplate& operator=(AttributeTemplate&&) = default;
    ~AttributeTemplate() = default;

    AttributeTemplate& flag(CK_ATTRIBUTE_TYPE type, bool value);
    AttributeTemplate& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
    AttributeTemplate& borrowed(CK_ATTRIBUTE_TYPE type, ByteView value);

    [[nodiscard]] CK_ATTRIBUTE* data() { return attributes_.data(); }
    [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

  private:
    std::vector<CK_ATTRIBUTE> attributes_;
    std::deque<CK_ULONG> numbers_;  ///< a deque, because the attributes point into it
};

/// Returns the octets of an array of mechanisms in the format of CKA_ALLOWED_MECHANISMS. The array is
/// borrowed.
ByteView octets_of(std::span<const CK_MECHANISM_TYPE> mechanisms);

}  // namespace keyward::hsm
