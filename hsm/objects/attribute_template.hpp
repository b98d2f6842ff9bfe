#pragma once

#include <deque>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// A CK_ATTRIBUTE array under construction. Numbers are owned; octets are borrowed and must outlive it, so no
/// secret is copied.
class Template {
  public:
    Template() = default;
    Template(const Template&) = delete;
    Template& operator=(const Template&) = delete;
    Template(Template&&) = default;
    Template& operator=(Template&&) = default;
    ~Template() = default;

    Template& flag(CK_ATTRIBUTE_TYPE type, bool value);
    Template& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
    Template& borrowed(CK_ATTRIBUTE_TYPE type, ByteView value);

    [[nodiscard]] CK_ATTRIBUTE* data() { return attributes_.data(); }
    [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

  private:
    std::vector<CK_ATTRIBUTE> attributes_;
    std::deque<CK_ULONG> numbers_;  ///< a deque, because the attributes point into it
};

/// The octets of an array of mechanisms, as CKA_ALLOWED_MECHANISMS has them. The array is borrowed.
ByteView octets_of(std::span<const CK_MECHANISM_TYPE> mechanisms);

}  // namespace keyward::hsm
