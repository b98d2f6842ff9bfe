#include "keys/ed25519.hpp"

#include <algorithm>
#include <string>

#include "crypto/openssl_ptr.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t key_size = 32;

BnPtr number_in_hex(const char* hex) {
    BIGNUM* number = nullptr;
    require(BN_hex2bn(&number, hex) != 0);
    return BnPtr(number);
}

/// The curve −x² + y² = 1 + d·x²·y² over the field of p = 2^255 − 19 (RFC 8032 section 5.1).
class Edwards25519 {
  public:
    Edwards25519()
        : p_(number_in_hex("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED")),
          d_(number_in_hex("52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3")),
          context_(made(BnCtxPtr(BN_CTX_new()))) {}

    /// Whether y < p and there is an x with this sign on the curve. x² = (y² − 1) / (d·y² + 1) is a square
    /// exactly when numerator times denominator is one, and the denominator is never 0.
    [[nodiscard]] bool has_point(const BIGNUM& y, bool odd_x) const {
        if (BN_cmp(&y, p_.get()) >= 0) return false;
        const BnPtr square = times(y, y);
        const BnPtr numerator = plus(*square, -1);
        if (BN_is_zero(numerator.get()) == 1) return !odd_x;
        const BnPtr denominator = plus(*times(*d_, *square), 1);
        return BN_kronecker(times(*numerator, *denominator).get(), p_.get(), context_.get()) == 1;
    }

    /// Order 1 or 2: y = ±1. Order 4: y = 0. Order 8: the double has y = 0, which is d·y⁴ + 2·y² − 1 = 0.
    [[nodiscard]] bool is_of_small_order(const BIGNUM& y) const {
        const BnPtr square = times(y, y);
        if (BN_is_zero(square.get()) == 1 || BN_is_one(square.get()) == 1) return true;
        const BnPtr sum = times(*plus(*times(*d_, *square), 2), *square);
        return BN_is_one(sum.get()) == 1;
    }

  private:
    [[nodiscard]] BnPtr times(const BIGNUM& left, const BIGNUM& right) const {
        BnPtr product = new_number();
        require(BN_mod_mul(product.get(), &left, &right, p_.get(), context_.get()) == 1);
        return product;
    }
    [[nodiscard]] BnPtr plus(const BIGNUM& left, int right) const {
        BnPtr sum = made(BnPtr(BN_dup(&left)));
        require((right < 0 ? BN_sub_word(sum.get(), static_cast<BN_ULONG>(-right))
                           : BN_add_word(sum.get(), static_cast<BN_ULONG>(right))) == 1);
        require(BN_nnmod(sum.get(), sum.get(), p_.get(), context_.get()) == 1);
        return sum;
    }

    BnPtr p_, d_;
    BnCtxPtr context_;
};

void require_size(ByteView octets, std::string_view what) {
    if (octets.size() != key_size)
        throw KeyFormatError("is an Ed25519 " + std::string(what) + " of " + std::to_string(octets.size()) +
                             " bytes, expected 32: the key is damaged, export it again");
}

}  // namespace

Ed25519PublicKey ed25519_public_key(ByteView point) {
    require_size(point, "public key");
    Bytes big_endian(point.rbegin(), point.rend());
    const bool odd_x = (big_endian.front() & 0x80U) != 0;
    big_endian.front() &= 0x7FU;
    const BnPtr y = number_from(big_endian);
    const Edwards25519 curve;
    if (!curve.has_point(*y, odd_x))
        throw KeyFormatError(
            "is an Ed25519 public key that is not a point of its curve: the key is damaged, export it again");
    if (curve.is_of_small_order(*y))
        throw KeyFormatError(
            "is an Ed25519 public key of small order, with which anyone can sign: make a new key");
    return {Bytes(point.begin(), point.end())};
}

Ed25519PrivateKey ed25519_private_key(ByteView seed) {
    require_size(seed, "private key");
    const PkeyPtr key =
        made(PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())));
    Bytes point(key_size);
    std::size_t size = point.size();
    require(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1 && size == key_size);
    return {{std::move(point)}, SecretBytes::copy_of(seed)};
}

}  // namespace keyward::keys
