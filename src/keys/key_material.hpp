#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/secret_bytes.hpp"

namespace keyward::keys {

/// The contract's `keyType`. `rsa` is the older form, in which an environment has a public key, a private key
/// or both.
enum class KeyType { secret, private_key, public_key, rsa };

/// The contract's `algorithm`.
enum class Algorithm { aes, des, desede, hmac, rsa, ec, ed25519 };

/// The accepted elliptic curves (SEC 2, FIPS 186-5).
enum class Curve { p256, p384, p521, secp256k1 };

/// The contract's spelling: `SECRET_KEY`, `AES`, `P-256` …, and back.
std::string_view to_string(KeyType type);
std::string_view to_string(Algorithm algorithm);
std::string_view to_string(Curve curve);
std::optional<KeyType> key_type_from(std::string_view text);
std::optional<Algorithm> algorithm_from(std::string_view text);

/// A symmetric key, with DES parity bits set. `octets` is the value for the token.
struct SecretKey {
    Algorithm algorithm;
    SecretBytes octets;
};

/// Big-endian integers without leading zeros (RFC 8017 section 3.1).
struct RsaPublicKey {
    Bytes modulus;
    Bytes public_exponent;
};

/// The two-prime form of RFC 8017 section 3.2, big-endian without leading zeros. Already checked for
/// consistency.
struct RsaPrivateKey {
    RsaPublicKey public_key;
    SecretBytes private_exponent, prime_1, prime_2, exponent_1, exponent_2, coefficient;
};

/// `point` is uncompressed: 04 ‖ X ‖ Y (SEC 1 section 2.3.3), on its curve.
struct EcPublicKey {
    Curve curve;
    Bytes point;
};

/// `scalar` has the length of the curve's order, with leading zeros.
struct EcPrivateKey {
    EcPublicKey public_key;
    SecretBytes scalar;
};

/// RFC 8032: 32 octets each.
struct Ed25519PublicKey {
    Bytes point;
};
struct Ed25519PrivateKey {
    Ed25519PublicKey public_key;
    SecretBytes seed;
};

using PublicKey = std::variant<RsaPublicKey, EcPublicKey, Ed25519PublicKey>;
using KeyMaterial = std::variant<SecretKey, RsaPrivateKey, EcPrivateKey, Ed25519PrivateKey, RsaPublicKey,
                                 EcPublicKey, Ed25519PublicKey>;

Algorithm algorithm_of(const KeyMaterial& material);
Algorithm algorithm_of(const PublicKey& key);

/// Bits as users state them: 128–256 for AES, 64 and 192 for DES and DESede, 8 per byte for HMAC, the
/// modulus, the curve's field.
int size_in_bits(const KeyMaterial& material);

/// The public half of an asymmetric key; nothing for a secret key.
std::optional<PublicKey> public_half(const KeyMaterial& material);

bool is_private(const KeyMaterial& material);

}  // namespace keyward::keys
