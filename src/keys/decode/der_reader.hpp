#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace keyward::keys::der {

/// The tags that occur in keys (X.690 section 8.1.2).
enum Tag : std::uint8_t {
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    object_identifier = 0x06,
    sequence = 0x30,
    context_1_primitive = 0x81,
    context_0 = 0xA0,
    context_1 = 0xA1,
};

/// One element. The views point into the input and are valid as long as it.
struct Element {
    std::uint8_t tag = 0;
    ByteView value;  ///< the content octets
    ByteView whole;  ///< including tag and length
};

/// Reads consecutive DER elements (X.690 section 10) without descending into them: no recursion, no copies.
/// Lengths must be definite and minimal. Owns nothing.
class Reader {
  public:
    explicit Reader(ByteView octets) : rest_(octets) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::size_t octets_left() const { return rest_.size(); }

    /// The next element, or nothing at the end and where the octets are not DER.
    std::optional<Element> next();
    /// The next element if it has this tag; otherwise returns nothing and does not advance.
    std::optional<Element> next_if(std::uint8_t tag);
    /// The next element, which must have this tag. Throws a KeyFormatError that names `what`.
    Element expect(std::uint8_t tag, std::string_view what);
    /// Throws a KeyFormatError that names `what` unless everything has been read.
    void expect_end(std::string_view what) const;

  private:
    ByteView rest_;
};

/// A reader of the contents of one SEQUENCE, which must be all of `octets`. Throws a KeyFormatError that
/// names `what`.
Reader inside_sequence(ByteView octets, std::string_view what);

/// The digits of a non-negative INTEGER, without leading zeros (empty for 0). Nothing when it is negative or
/// not minimal.
std::optional<ByteView> unsigned_digits(const Element& element);
/// The same, but throws a KeyFormatError that names `what`.
ByteView unsigned_integer(const Element& element, std::string_view what);

/// The octets of a BIT STRING without unused bits. Throws a KeyFormatError that names `what`.
ByteView whole_octets(ByteView bit_string_value, std::string_view what);

}  // namespace keyward::keys::der
