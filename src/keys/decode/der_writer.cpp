#include "keys/decode/der_writer.hpp"

#include "keys/decode/der_reader.hpp"

namespace keyward::keys::der {
namespace {

void append_length(Bytes& out, std::size_t length) {
    if (length < 0x80) {
        out.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    std::size_t octets = 1;
    while (length >> (8 * octets) != 0)
        ++octets;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (; octets > 0; --octets)
        out.push_back(static_cast<std::uint8_t>(length >> (8 * (octets - 1))));
}

}  // namespace

Bytes element(std::uint8_t tag, std::initializer_list<ByteView> parts) {
    std::size_t length = 0;
    for (const ByteView part : parts)
        length += part.size();
    Bytes out{tag};
    append_length(out, length);
    for (const ByteView part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

Bytes unsigned_integer(ByteView digits) {
    static constexpr std::uint8_t zero = 0;
    const bool needs_sign = digits.empty() || (digits[0] & 0x80U) != 0;
    return element(integer, {ByteView(&zero, needs_sign ? 1 : 0), digits});
}

}  // namespace keyward::keys::der
