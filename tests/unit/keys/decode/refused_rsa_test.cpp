#include <gtest/gtest.h>

#include "crypto/openssl_ptr.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string damaged = ": the key is damaged, export it again";
const std::string crt =
    "is an RSA key whose private exponent does not fit its public exponent, or a CRT exponent does not fit "
    "both" +
    damaged;

/// The nine numbers of an RSAPrivateKey (RFC 8017 A.1.2), to change one and write them again.
struct Numbers {
    Bytes n, e, d, p, q, dp, dq, qinv;

    [[nodiscard]] std::string pkcs1(std::string_view version = std::string_view("\0", 1)) const {
        return der_sequence({der(2, version), der_integer(n), der_integer(e), der_integer(d), der_integer(p),
                             der_integer(q), der_integer(dp), der_integer(dq), der_integer(qinv)});
    }
};

Bytes owned(const SecretBytes& octets) {
    return {octets.reveal().begin(), octets.reveal().end()};
}

const Numbers& good() {
    static const Numbers numbers = [] {
        const KeyMaterial key = decode(KeyType::private_key, sample_key("RSA-2048").format("PKCS#8 PEM"));
        const auto& rsa = std::get<RsaPrivateKey>(key);
        return Numbers{rsa.public_key.modulus,      rsa.public_key.public_exponent,
                       owned(rsa.private_exponent), owned(rsa.prime_1),
                       owned(rsa.prime_2),          owned(rsa.exponent_1),
                       owned(rsa.exponent_2),       owned(rsa.coefficient)};
    }();
    return numbers;
}

/// The good key with one number changed.
template <typename Change>
std::string changed(Change change) {
    Numbers numbers = good();
    change(numbers);
    return base64(numbers.pkcs1());
}

Bytes plus_two(Bytes number) {
    number.back() = static_cast<std::uint8_t>(number.back() ^ 2U);
    return number;
}

Bytes of_bits(std::size_t bits) {
    Bytes number(bits / 8, 0xFF);
    return number;
}

Bytes octets(const BIGNUM& number) {
    Bytes out(static_cast<std::size_t>(BN_num_bytes(&number)));
    BN_bn2bin(&number, out.data());
    return out;
}

std::string pkcs1_public(const Bytes& modulus, const Bytes& exponent) {
    return base64(der_sequence({der_integer(modulus), der_integer(exponent)}));
}

TEST(RefusedRsaKey, TheNumbersUnchangedAreTaken) {
    EXPECT_NO_THROW(decode(KeyType::private_key, base64(good().pkcs1())));
}

TEST(RefusedRsaKey, WhosePartsDoNotFitTogether) {
    const std::string product = "is an RSA key whose modulus is not the product of its primes" + damaged;
    const std::string lengths =
        "is an RSA key whose primes are not each about half as long as its modulus of 2048 bits" + damaged;
    const std::string missing = "is an RSA key whose private parts are missing or too long" + damaged;
    const std::string inverse = "is an RSA key whose CRT coefficient does not fit its primes" + damaged;
    expect_all_refused({
        refused_private_key("p", changed([](Numbers& k) { k.p = plus_two(k.p); }), product),
        refused_private_key("q", changed([](Numbers& k) { k.q = plus_two(k.q); }), product),
        refused_private_key("p twice", changed([](Numbers& k) { k.q = k.p; }), product),
        refused_private_key("no p", changed([](Numbers& k) { k.p = {}; }), lengths),
        refused_private_key("p = 1, q = n", changed([](Numbers& k) { k.p = {1}, k.q = k.n; }), lengths),
        refused_private_key("d", changed([](Numbers& k) { k.d = plus_two(k.d); }), crt),
        refused_private_key("no d", changed([](Numbers& k) { k.d = {}; }), missing),
        refused_private_key("d longer than n", changed([](Numbers& k) { k.d.insert(k.d.begin(), 300, 1); }),
                            missing),
        refused_private_key("d = n", changed([](Numbers& k) { k.d = k.n; }),
                            "is an RSA key whose private exponent is longer than its modulus" + damaged),
        refused_private_key("e of another d", changed([](Numbers& k) { k.e = {3}; }), crt),
        refused_private_key("dp", changed([](Numbers& k) { k.dp = plus_two(k.dp); }), crt),
        refused_private_key("dq", changed([](Numbers& k) { k.dq = plus_two(k.dq); }), crt),
        refused_private_key("dp and dq exchanged", changed([](Numbers& k) { std::swap(k.dp, k.dq); }), crt),
        refused_private_key("no dp", changed([](Numbers& k) { k.dp = {}; }), missing),
        refused_private_key("qInv", changed([](Numbers& k) { k.qinv = plus_two(k.qinv); }), inverse),
        refused_private_key("no qInv", changed([](Numbers& k) { k.qinv = {}; }), missing),
        refused_private_key("qInv over p", changed([](Numbers& k) { k.qinv = k.n; }), inverse),
        refused_private_key("p and q exchanged without their CRT parts",
                            changed([](Numbers& k) { std::swap(k.p, k.q); }), crt),
    });
}

/// A key whose every relation holds, but whose first prime is the product of two.
std::string with_a_composite_prime() {
    const BnCtxPtr context(BN_CTX_new());
    const auto prime = [](int bits) {
        BnPtr number = new_number();
        BN_generate_prime_ex(number.get(), bits, 0, nullptr, nullptr, nullptr);
        return number;
    };
    for (;;) {
        const BnPtr half = prime(512), other_half = prime(512), q = prime(1024), p = new_number(),
                    n = new_number();
        BN_mul(p.get(), half.get(), other_half.get(), context.get());
        BN_mul(n.get(), p.get(), q.get(), context.get());
        const BnPtr p1(BN_dup(p.get())), q1(BN_dup(q.get())), order = new_number(),
                                                              e = number_from(Bytes{1, 0, 1});
        BN_sub_word(p1.get(), 1), BN_sub_word(q1.get(), 1);
        BN_mul(order.get(), p1.get(), q1.get(), context.get());
        const BnPtr d(BN_mod_inverse(nullptr, e.get(), order.get(), context.get()));
        const BnPtr qinv(BN_mod_inverse(nullptr, q.get(), p.get(), context.get()));
        if (BN_num_bits(n.get()) != 2048 || !d || !qinv) continue;
        const BnPtr dp = new_number(), dq = new_number();
        BN_mod(dp.get(), d.get(), p1.get(), context.get()),
            BN_mod(dq.get(), d.get(), q1.get(), context.get());
        return base64(Numbers{octets(*n), octets(*e), octets(*d), octets(*p), octets(*q), octets(*dp),
                              octets(*dq), octets(*qinv)}
                          .pkcs1());
    }
}

TEST(RefusedRsaKey, WhosePrimeIsComposite) {
    expect_all_refused({refused_private_key("composite", with_a_composite_prime(),
                                            "is an RSA key whose primes are not prime" + damaged)});
}

TEST(RefusedRsaKey, OfAWrongSize) {
    const auto& folder = openssl_folder();
    const std::string small =
        "is an RSA key of 1024 bits, expected at least 2048 (rsa_min_bits of this service): make a longer "
        "key";
    const std::string pem = folder.made_by("genrsa -out rsa1024.pem 1024", "rsa1024.pem");
    KeyPolicy strict;
    strict.rsa_min_bits = 3072;
    std::vector<Refused> table{
        refused_private_key("1024 bits", pem, small),
        refused_public_key("1024 bits, public",
                           folder.made_by("pkey -in rsa1024.pem -pubout -out made", "made"), small),
        refused_public_key(
            "modulus 0", pkcs1_public({}, {1, 0, 1}),
            "is an RSA key of 0 bits, expected at least 2048 (rsa_min_bits of this service): make a "
            "longer key"),
        refused_public_key("16392 bits", pkcs1_public(of_bits(16392), {1, 0, 1}),
                           "is an RSA key of 16392 bits, expected at most 16384: make a shorter key"),
        refused_public_key("half a million bits", pkcs1_public(of_bits(524288), {1, 0, 1}),
                           "is an RSA key of 524288 bits, expected at most 16384: make a shorter key"),
        refused_private_key("a private key of half a million bits",
                            changed([](Numbers& k) { k.n = of_bits(524288); }),
                            "is an RSA key of 524288 bits, expected at most 16384: make a shorter key"),
    };
    table.push_back({"under a higher minimum", KeyType::private_key, std::nullopt,
                     sample_key("RSA-2048").format("PKCS#8 PEM"),
                     "is an RSA key of 2048 bits, expected at least 3072 (rsa_min_bits of this service): "
                     "make a longer key",
                     strict});
    expect_all_refused(table);
}

TEST(RefusedRsaKey, WithAPublicNumberThatCanNotBe) {
    const std::string small_factor = "is an RSA key whose modulus has a small prime factor" + damaged;
    const std::string from_three = ", expected an odd one from 3: make a new key, with 65537";
    Bytes even = good().n;
    even.back() &= 0xFEU;
    expect_all_refused({
        refused_public_key("even modulus", pkcs1_public(even, {1, 0, 1}), small_factor),
        refused_public_key("modulus divisible by 3", pkcs1_public(of_bits(2048), {1, 0, 1}), small_factor),
        refused_public_key("exponent 0", pkcs1_public(good().n, {}),
                           "is an RSA key whose public exponent is less than 3" + from_three),
        refused_public_key("exponent 1", pkcs1_public(good().n, {1}),
                           "is an RSA key whose public exponent is less than 3" + from_three),
        refused_public_key("exponent 2", pkcs1_public(good().n, {2}),
                           "is an RSA key whose public exponent is even" + from_three),
        refused_public_key("exponent 65536", pkcs1_public(good().n, {1, 0, 0}),
                           "is an RSA key whose public exponent is even" + from_three),
        refused_public_key(
            "exponent of 65 bits", pkcs1_public(good().n, {1, 0, 0, 0, 0, 0, 0, 0, 1}),
            "is an RSA key with a public exponent of 65 bits, expected at most 64: make a new key, "
            "with 65537"),
        refused_private_key("exponent 1 in a private key", changed([](Numbers& k) { k.e = {1}; }),
                            "is an RSA key whose public exponent is less than 3" + from_three),
        refused_private_key("even modulus in a private key", changed([&even](Numbers& k) { k.n = even; }),
                            small_factor),
    });
}

TEST(RefusedRsaKey, WhoseDerIsDamaged) {
    const auto not_expected = [](const std::string& what) {
        return "is damaged: " + what + " is not the DER that was expected; export the key again";
    };
    const std::string modulus = der(2, octets_of(good().n));
    const std::string padded = der(2, std::string(2, '\0') + octets_of(good().n));
    const std::string exponent = der_integer(Bytes{1, 0, 1});
    expect_all_refused({
        refused_public_key("a negative modulus", base64(der_sequence({modulus, exponent})),
                           not_expected("the modulus")),
        refused_public_key("a modulus with zeros before it", base64(der_sequence({padded, exponent})),
                           not_expected("the modulus")),
        refused_public_key("an INTEGER of nothing", base64(der_sequence({der(2, ""), exponent})),
                           not_expected("the modulus")),
        refused_public_key("a negative exponent",
                           base64(der_sequence({der_integer(good().n), der(2, "\xFF")})),
                           not_expected("the public exponent")),
        refused_private_key(
            "version 7", base64(good().pkcs1("\x07")),
            "is damaged or of a newer format: the version of the RSA private key is not one that is "
            "known; export the key again"),
        refused_private_key(
            "more than two primes", base64(good().pkcs1("\x01")),
            "is an RSA private key of more than two primes, expected two: tokens can't hold it, make "
            "a new key"),
    });
}

TEST(RefusedRsaKey, OfMoreThanTwoPrimes) {
    const std::string pem = openssl_folder().made_by(
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 -out made",
        "made");
    expect_all_refused(
        {refused_private_key("three primes", pem,
                             "is an RSA private key of more than two primes, expected two: tokens "
                             "can't hold it, make a new key")});
}

TEST(RefusedRsaKey, ThatIsForPssOnly) {
    const std::string pem = openssl_folder().made_by(
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.pem", "pss.pem");
    const std::string text =
        "is an RSA key that is for RSASSA-PSS only (id-RSASSA-PSS), expected RSA, EC or Ed25519: tokens hold "
        "RSA keys "
        "without this limit; make the key as plain RSA (rsaEncryption) and sign with PSS";
    expect_all_refused({
        refused_private_key("private", pem, text),
        refused_public_key("public", openssl_folder().made_by("pkey -in pss.pem -pubout -out made", "made"),
                           text),
    });
}

}  // namespace
}  // namespace keyward::keys::testing
