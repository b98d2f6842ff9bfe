#include "keys/decode/der_reader.hpp"

#include <string>

#include "keys/key_format_error.hpp"

namespace keyward::keys::der {
namespace {

[[noreturn]] void refuse(std::string_view what) {
    throw KeyFormatError("is damaged: " + std::string(what) +
                         " is not the DER that was expected; export the key again");
}

}  // namespace

std::optional<Element> Reader::next() {
    // Tags of more than one octet do not occur in keys.
    if (rest_.size() < 2 || (rest_[0] & 0x1FU) == 0x1FU) return std::nullopt;
    std::size_t header = 2;
    std::size_t length = rest_[1];
    if (length >= 0x80) {
        const std::size_t count = length & 0x7FU;
        if (count == 0 || count > 4 || rest_.size() < 2 + count || rest_[2] == 0) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < count; ++i)
            length = length << 8 | rest_[2 + i];
        if (length < 0x80) return std::nullopt;
        header += count;
    }
    if (rest_.size() - header < length) return std::nullopt;
    const Element element{
        .tag = rest_[0], .value = rest_.subspan(header, length), .whole = rest_.first(header + length)};
    rest_ = rest_.subspan(header + length);
    return element;
}

std::optional<Element> Reader::next_if(std::uint8_t tag) {
    if (rest_.empty() || rest_[0] != tag) return std::nullopt;
    return next();
}

Element Reader::expect(std::uint8_t tag, std::string_view what) {
    const std::optional<Element> element = next_if(tag);
    if (!element) refuse(what);
    return *element;
}

void Reader::expect_end(std::string_view what) const {
    if (!at_end()) refuse(what);
}

Reader inside_sequence(ByteView octets, std::string_view what) {
    Reader outer(octets);
    const Element content = outer.expect(sequence, what);
    outer.expect_end(what);
    return Reader(content.value);
}

std::optional<ByteView> unsigned_digits(const Element& element) {
    const ByteView digits = element.value;
    if (digits.empty() || (digits[0] & 0x80U) != 0) return std::nullopt;
    if (digits[0] != 0) return digits;
    if (digits.size() > 1 && (digits[1] & 0x80U) == 0) return std::nullopt;
    return digits.subspan(1);
}

ByteView unsigned_integer(const Element& element, std::string_view what) {
    const std::optional<ByteView> digits = unsigned_digits(element);
    if (!digits) refuse(what);
    return *digits;
}

ByteView whole_octets(ByteView bit_string_value, std::string_view what) {
    if (bit_string_value.empty() || bit_string_value[0] != 0) refuse(what);
    return bit_string_value.subspan(1);
}

}  // namespace keyward::keys::der
