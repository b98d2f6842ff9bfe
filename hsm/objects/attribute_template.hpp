#pragma once

#include <deque>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

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
