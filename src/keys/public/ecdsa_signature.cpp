#include "keys/public/ecdsa_signature.hpp"

#include <algorithm>
#include <stdexcept>

#include "keys/decode/der_reader.hpp"
#include "keys/decode/der_writer.hpp"

namespace keyward::keys {
namespace {

/// The digits of the next INTEGER if it is positive and fits into `order_bytes` octets.
std::optional<ByteView> next_number(der::Reader& reader, std::size_t order_bytes) {
    const std::optional<der::Element> number = reader.next_if(der::integer);
    if (!number) return std::nullopt;
    const std::optional<ByteView> digits = der::unsigned_digits(*number);
    if (!digits || digits->empty() || digits->size() > order_bytes) return std::nullopt;
    return digits;
}

Bytes number_of(ByteView half) {
    const auto first = std::ranges::find_if(half, [](std::uint8_t octet) { return octet != 0; });
    return der::unsigned_integer({first, half.end()});
}

}  // namespace

std::optional<Bytes> ecdsa_raw_from_der(ByteView der, std::size_t order_bytes) {
    der::Reader outer(der);
    const std::optional<der::Element> pair = outer.next_if(der::sequence);
    if (!pair || !outer.at_end()) return std::nullopt;
    der::Reader numbers(pair->value);
    const std::optional<ByteView> r = next_number(numbers, order_bytes);
    const std::optional<ByteView> s = next_number(numbers, order_bytes);
    if (!r || !s || !numbers.at_end()) return std::nullopt;
    Bytes raw(2 * order_bytes);
    std::ranges::copy(*r, raw.begin() + static_cast<std::ptrdiff_t>(order_bytes - r->size()));
    std::ranges::copy(*s, raw.end() - static_cast<std::ptrdiff_t>(s->size()));
    return raw;
}

Bytes ecdsa_der_from_raw(ByteView raw) {
    const std::size_t half = raw.size() / 2;
    if (raw.size() != 2 * half) throw std::invalid_argument("r and s are of the same length");
    return der::element(der::sequence, {number_of(raw.first(half)), number_of(raw.last(half))});
}

}  // namespace keyward::keys
