#pragma once

#include <string>
#include <string_view>

namespace keyward::e2e {

/// An asymmetric key from the openssl command, in every form. Forms that do not exist for its type are empty.
struct KeyPair {
    std::string pkcs8_pem, pkcs8_der;
    std::string traditional_pem, traditional_der;  ///< PKCS#1 or SEC1
    std::string spki_pem, spki_der;
    std::string rsa_public_pem, rsa_public_der;  ///< PKCS#1
    std::string certificate_pem, certificate_der;

    /// SHA-256 of the SubjectPublicKeyInfo, in lower-case hex.
    [[nodiscard]] std::string public_key_sha256() const;
};

/// `kind` is RSA-2048 (any size), P-256, P-384, P-521, secp256k1 (any name of a curve), Ed25519 or another
/// algorithm that `openssl genpkey` knows. Returns the same key for the same `kind` and `number`.
/// Thread-safe.
const KeyPair& key_pair(const std::string& kind, int number = 0);

/// The first three octets of a zero block encrypted with AES or (24 octets, `des3`) DESede, in upper-case
/// hex.
std::string cipher_check_value(std::string_view key, bool des3 = false);
/// The first three octets of the HMAC-SHA256 of an empty message, in upper-case hex.
std::string hmac_check_value(std::string_view key);

/// Random octets for a DES key, all of odd parity.
std::string des_key(std::size_t size);

}  // namespace keyward::e2e
