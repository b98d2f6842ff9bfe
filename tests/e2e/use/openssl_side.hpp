#pragma once

#include <optional>
#include <string>
#include <vector>

namespace keyward::e2e {

// The other side of an exchange: OpenSSL, by its command, and by libcrypto for GCM, which the command lacks.

/// `openssl enc`, with padding unless the cipher has none to add. Throws std::runtime_error when it fails.
std::string openssl_encrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& plaintext);
std::string openssl_decrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& ciphertext);

/// A ciphertext of AES-GCM and its tag of 16 octets.
struct Sealed {
    std::string ciphertext;
    std::string tag;
};
Sealed gcm_sealed(const std::string& key, const std::string& iv, const std::string& aad,
                  const std::string& plaintext);
/// Nothing when the tag is wrong.
std::optional<std::string> gcm_opened(const std::string& key, const std::string& iv, const std::string& aad,
                                      const Sealed& sealed);

/// `openssl mac`, with these options.
std::string openssl_mac(const std::vector<std::string>& options, const std::string& key,
                        const std::string& message);

/// What `openssl pkeyutl` with these words makes of the input.
std::string openssl_pkeyutl(const std::vector<std::string>& words, const std::string& key_pem,
                            const std::string& input);
/// Whether `openssl pkeyutl -verify` takes the signature of that input.
bool openssl_pkeyutl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                              const std::string& input, const std::string& signature);

/// `openssl dgst -sign`, and whether `openssl dgst -verify` takes the signature.
std::string openssl_signed(const std::vector<std::string>& words, const std::string& private_pem,
                           const std::string& message);
bool openssl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                      const std::string& message, const std::string& signature);

}  // namespace keyward::e2e
