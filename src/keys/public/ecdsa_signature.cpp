#include "keys/public/ecdsa_signature.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/openssl_ptr.hpp"

namespace keyward::keys {
namespace {

/// The signature, if its DER is the only one: OpenSSL also accepts lengths that are not minimal and ignores
/// what follows.
EcdsaSigPtr signature_in(ByteView der) {
    const unsigned char* next = der.data();
    EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
    if (!signature || !std::ranges::equal(der_of<i2d_ECDSA_SIG>(*signature), der)) return nullptr;
    return signature;
}

/// Writes a positive number with leading zeros. False when it does not fit.
bool write_number(const BIGNUM* number, std::span<std::uint8_t> out) {
    return BN_is_zero(number) == 0 && BN_bn2binpad(number, out.data(), static_cast<int>(out.size())) >= 0;
}

}  // namespace

std::optional<Bytes> ecdsa_raw_from_der(ByteView der, std::size_t order_bytes) {
    const QuietErrors quiet;
    const EcdsaSigPtr signature = signature_in(der);
    Bytes raw(2 * order_bytes);
    const std::span both(raw);
    if (!signature || !write_number(ECDSA_SIG_get0_r(signature.get()), both.first(order_bytes)) ||
        !write_number(ECDSA_SIG_get0_s(signature.get()), both.last(order_bytes)))
        return std::nullopt;
    return raw;
}

Bytes ecdsa_der_from_raw(ByteView raw) {
    const std::size_t half = raw.size() / 2;
    if (raw.size() != 2 * half) throw std::invalid_argument("r and s are of the same length");
    BnPtr r = number_from(raw.first(half));
    BnPtr s = number_from(raw.last(half));
    const EcdsaSigPtr signature = made(EcdsaSigPtr(ECDSA_SIG_new()));
    require(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
    return der_of<i2d_ECDSA_SIG>(*signature);
}

}  // namespace keyward::keys
