#pragma once

#include <optional>
#include <string>
#include <vector>

namespace keyward::e2e {

// The other party of an exchange: the openssl command, and libcrypto for GCM, which the command lacks.

/// Runs `openssl enc`, with padding for block modes. Throws std::runtime_error when it fails.
std::string openssl_encrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& plaintext);
std::string openssl_decrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& ciphertext);

/// An AES-GCM ciphertext and its tag of 16 octets.
struct Sealed {
    std::string ciphertext;
    std::string tag;
};
Sealed gcm_sealed(const std::string& key, const std::string& iv, const std::string& aad,
                  const std::string& plaintext);
/// Decrypts; nothing when the tag is wrong.
std::optional<std::string> gcm_opened(const std::string& key, const std::string& iv, const std::string& aad,
                                      const Sealed& sealed);

/// `openssl mac`, with these options.
std::string openssl_mac(const std::vector<std::string>& options, const std::string& key,
                        const std::string& message);

/// The output of `openssl pkeyutl` with these arguments for the input.
std::string openssl_pkeyutl(const std::vector<std::string>& words, const std::string& key_pem,
                            const std::string& input);
/// Whether `openssl pkeyutl -verify` accepts the signature of the input.
bool openssl_pkeyutl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                              const std::string& input, const std::string& signature);

/// Signs with `openssl dgst -sign`; verifies with `openssl dgst -verify`.
std::string openssl_signed(const std::vector<std::string>& words, const std::string& private_pem,
                           const std::string& message);
bool openssl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                      const std::string& message, const std::string& signature);

}  // namespace keyward::e2e
