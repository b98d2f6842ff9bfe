#include "keys/decode/rsa_check.hpp"

#include <bit>
#include <string>
#include <utility>

#include "crypto/openssl_ptr.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t most_exponent_bits = 64;
constexpr unsigned largest_small_prime = 751;  // SP 800-89 section 5.3.3

std::size_t bits_of(ByteView number) {
    return number.empty() ? 0
                          : number.size() * 8 - static_cast<std::size_t>(std::countl_zero(number.front()));
}

bool is_odd(ByteView number) {
    return !number.empty() && (number.back() & 1U) != 0;
}

[[noreturn]] void refuse(const std::string& what) {
    throw KeyFormatError("is an RSA key whose " + what + ": the key is damaged, export it again");
}

bool has_small_factor(ByteView modulus) {
    const BnPtr number = number_from(modulus);
    for (unsigned divisor = 3; divisor <= largest_small_prime; divisor += 2)
        if (BN_mod_word(number.get(), divisor) == 0) return true;
    return false;
}

void check_size(std::size_t bits, const KeyPolicy& policy) {
    const std::string found = "is an RSA key of " + std::to_string(bits) + " bits, expected at ";
    if (bits > most_rsa_bits)
        throw KeyFormatError(found + "most " + std::to_string(most_rsa_bits) + ": make a shorter key");
    if (std::cmp_less(bits, policy.rsa_min_bits))
        throw KeyFormatError(found + "least " + std::to_string(policy.rsa_min_bits) +
                             " (rsa_min_bits of this service): make a longer key");
}

void check_public_exponent(ByteView exponent) {
    const std::size_t bits = bits_of(exponent);
    if (bits > most_exponent_bits)
        throw KeyFormatError("is an RSA key with a public exponent of " + std::to_string(bits) +
                             " bits, expected at most " + std::to_string(most_exponent_bits) +
                             ": make a new key, with 65537");
    if (bits < 2 || !is_odd(exponent))
        throw KeyFormatError("is an RSA key whose public exponent is " +
                             std::string(bits < 2 ? "less than 3" : "even") +
                             ", expected an odd one from 3: make a new key, with 65537");
}

/// The numbers of one key and scratch space. All of it is cleared at the end.
class PrivateCheck {
  public:
    explicit PrivateCheck(const RsaPrivateKey& key)
        : n_(number_from(key.public_key.modulus)),
          e_(number_from(key.public_key.public_exponent)),
          d_(secret_number_from(key.private_exponent.reveal())),
          p_(secret_number_from(key.prime_1.reveal())),
          q_(secret_number_from(key.prime_2.reveal())),
          context_(made(BnCtxPtr(BN_CTX_secure_new()))),
          room_(new_number()) {}

    [[nodiscard]] bool is_product() const {
        require(BN_mul(room_.get(), p_.get(), q_.get(), context_.get()) == 1);
        return BN_cmp(room_.get(), n_.get()) == 0;
    }

    /// d·e ≡ 1 and exponent = d, both modulo prime − 1.
    [[nodiscard]] bool fits(const BIGNUM& prime, ByteView crt_exponent) const {
        const BnPtr order = less_one(prime);
        const BnPtr expected = new_number();
        require(BN_nnmod(expected.get(), d_.get(), order.get(), context_.get()) == 1);
        require(BN_mod_mul(room_.get(), expected.get(), e_.get(), order.get(), context_.get()) == 1);
        const BnPtr sent = secret_number_from(crt_exponent);
        return BN_is_one(room_.get()) == 1 && BN_cmp(expected.get(), sent.get()) == 0;
    }

    /// q·coefficient ≡ 1 modulo p.
    [[nodiscard]] bool inverts(ByteView coefficient) const {
        const BnPtr sent = secret_number_from(coefficient);
        if (BN_cmp(sent.get(), p_.get()) >= 0) return false;
        require(BN_mod_mul(room_.get(), q_.get(), sent.get(), p_.get(), context_.get()) == 1);
        return BN_is_one(room_.get()) == 1;
    }

    [[nodiscard]] bool exponent_in_range() const { return BN_cmp(d_.get(), n_.get()) < 0; }

    /// One round of Miller-Rabin (FIPS 186-5 B.3.1) with a random base. The prime is odd and has no small
    /// factors, because n has none.
    [[nodiscard]] bool passes_miller_rabin(const BIGNUM& prime) const {
        const BnPtr minus_one = less_one(prime);
        int halvings = 1;
        while (BN_is_bit_set(minus_one.get(), halvings) == 0)
            ++halvings;
        const BnPtr odd_part = new_number();
        require(BN_rshift(odd_part.get(), minus_one.get(), halvings) == 1);
        const BnMontPtr montgomery = made(BnMontPtr(BN_MONT_CTX_new()));
        require(BN_MONT_CTX_set(montgomery.get(), &prime, context_.get()) == 1);
        const BnPtr power = new_number();
        do
            require(BN_priv_rand_range(room_.get(), minus_one.get()) == 1);
        while (BN_is_zero(room_.get()) == 1 || BN_is_one(room_.get()) == 1);
        require(BN_mod_exp_mont_consttime(power.get(), room_.get(), odd_part.get(), &prime, context_.get(),
                                          montgomery.get()) == 1);
        if (BN_is_one(power.get()) == 1) return true;
        for (; halvings > 0; --halvings) {
            if (BN_cmp(power.get(), minus_one.get()) == 0) return true;
            require(BN_mod_sqr(power.get(), power.get(), &prime, context_.get()) == 1);
        }
        return false;
    }

    [[nodiscard]] const BIGNUM& p() const { return *p_; }
    [[nodiscard]] const BIGNUM& q() const { return *q_; }

  private:
    static BnPtr less_one(const BIGNUM& number) {
        BnPtr result = made(BnPtr(BN_dup(&number)));
        require(BN_sub_word(result.get(), 1) == 1);
        BN_set_flags(result.get(), BN_FLG_CONSTTIME);
        return result;
    }

    BnPtr n_, e_, d_, p_, q_;
    BnCtxPtr context_;
    BnPtr room_;
};

/// Bounds the cost of the checks, which grows with the longer prime. Key generators make primes of equal
/// length, give or take some bits.
bool of_like_lengths(ByteView first, ByteView second, std::size_t modulus_bits) {
    const auto fits = [modulus_bits](std::size_t bits) {
        return bits * 8 >= modulus_bits * 3 && bits * 8 <= modulus_bits * 5;
    };
    return fits(bits_of(first)) && fits(bits_of(second));
}

}  // namespace

void check_rsa_public(ByteView modulus, ByteView public_exponent, const KeyPolicy& policy) {
    check_size(bits_of(modulus), policy);
    check_public_exponent(public_exponent);
    if (!is_odd(modulus) || has_small_factor(modulus)) refuse("modulus has a small prime factor");
}

void check_rsa_private(const RsaPrivateKey& key) {
    const std::size_t modulus_bits = bits_of(key.public_key.modulus);
    for (const SecretBytes* part :
         {&key.private_exponent, &key.exponent_1, &key.exponent_2, &key.coefficient})
        if (part->empty() || part->size() > key.public_key.modulus.size())
            refuse("private parts are missing or too long");
    if (!of_like_lengths(key.prime_1.reveal(), key.prime_2.reveal(), modulus_bits))
        refuse("primes are not each about half as long as its modulus of " + std::to_string(modulus_bits) +
               " bits");
    const PrivateCheck check(key);
    if (!check.is_product()) refuse("modulus is not the product of its primes");
    if (BN_cmp(&check.p(), &check.q()) == 0) refuse("two primes are the same");
    if (!check.exponent_in_range()) refuse("private exponent is longer than its modulus");
    if (!check.fits(check.p(), key.exponent_1.reveal()) || !check.fits(check.q(), key.exponent_2.reveal()))
        refuse("private exponent does not fit its public exponent, or a CRT exponent does not fit both");
    if (!check.inverts(key.coefficient.reveal())) refuse("CRT coefficient does not fit its primes");
    if (!check.passes_miller_rabin(check.p()) || !check.passes_miller_rabin(check.q()))
        refuse("primes are not prime");
}

}  // namespace keyward::keys
