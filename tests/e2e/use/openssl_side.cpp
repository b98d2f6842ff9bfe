#include "tests/e2e/use/openssl_side.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/support/command.hpp"
#include "tests/support/files.hpp"

namespace keyward::e2e {
namespace {

using Words = std::vector<std::string>;

std::string openssl(Words words, const Words& more) {
    words.insert(words.begin(), "openssl");
    words.insert(words.end(), more.begin(), more.end());
    return test::output_of(words);
}

bool openssl_says_yes(Words words, const Words& more) {
    words.insert(words.begin(), "openssl");
    words.insert(words.end(), more.begin(), more.end());
    return test::run_command(words).code == 0;
}

std::string enc(const char* direction, const std::string& cipher, const std::string& key,
                const std::string& iv, const std::string& input) {
    const test::TemporaryFolder folder;
    Words words{"enc",
                direction,
                "-" + cipher,
                "-K",
                hex(key),
                "-provider",
                "legacy",
                "-provider",
                "default",
                "-in",
                folder.write("in", input)};
    if (!iv.empty()) words.insert(words.end(), {"-iv", hex(iv)});
    if (cipher.ends_with("ecb")) words.emplace_back("-nopad");
    return openssl(words, {});
}

const EVP_CIPHER* gcm_of(const std::string& key) {
    return key.size() == 16 ? EVP_aes_128_gcm() : key.size() == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* octets_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void require(int result) {
    if (result != 1) throw std::runtime_error("libcrypto failed");
}

/// Processes the data to authenticate, then returns the output for the input.
std::string updated(const Context& context, const std::string& aad, const std::string& input) {
    int size = 0;
    if (!aad.empty())
        require(
            EVP_CipherUpdate(context.get(), nullptr, &size, octets_of(aad), static_cast<int>(aad.size())));
    std::string output(input.size(), '\0');
    if (!input.empty())
        require(EVP_CipherUpdate(context.get(), octets_of(output), &size, octets_of(input),
                                 static_cast<int>(input.size())));
    return output;
}

}  // namespace

std::string openssl_encrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& plaintext) {
    return enc("-e", cipher, key, iv, plaintext);
}

std::string openssl_decrypted(const std::string& cipher, const std::string& key, const std::string& iv,
                              const std::string& ciphertext) {
    return enc("-d", cipher, key, iv, ciphertext);
}

Sealed gcm_sealed(const std::string& key, const std::string& iv, const std::string& aad,
                  const std::string& plaintext) {
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    require(EVP_CipherInit_ex(context.get(), gcm_of(key), nullptr, octets_of(key), octets_of(iv), 1));
    Sealed sealed{updated(context, aad, plaintext), std::string(16, '\0')};
    int size = 0;
    std::string nothing(16, '\0');
    require(EVP_CipherFinal_ex(context.get(), octets_of(nothing), &size));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, sealed.tag.data()));
    return sealed;
}

std::optional<std::string> gcm_opened(const std::string& key, const std::string& iv, const std::string& aad,
                                      const Sealed& sealed) {
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    require(EVP_CipherInit_ex(context.get(), gcm_of(key), nullptr, octets_of(key), octets_of(iv), 0));
    std::string plaintext = updated(context, aad, sealed.ciphertext);
    std::string tag = sealed.tag;
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag.data()));
    int size = 0;
    std::string nothing(16, '\0');
    if (EVP_CipherFinal_ex(context.get(), octets_of(nothing), &size) != 1) return std::nullopt;
    return plaintext;
}

std::string openssl_mac(const std::vector<std::string>& options, const std::string& key,
                        const std::string& message) {
    const test::TemporaryFolder folder;
    return openssl({"mac", "-binary", "-in", folder.write("in", message), "-macopt", "hexkey:" + hex(key)},
                   options);
}

std::string openssl_pkeyutl(const std::vector<std::string>& words, const std::string& key_pem,
                            const std::string& input) {
    const test::TemporaryFolder folder;
    return openssl({"pkeyutl", "-inkey", folder.write("key", key_pem), "-in", folder.write("in", input)},
                   words);
}

bool openssl_pkeyutl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                              const std::string& input, const std::string& signature) {
    const test::TemporaryFolder folder;
    return openssl_says_yes({"pkeyutl", "-verify", "-pubin", "-inkey", folder.write("key", public_pem), "-in",
                             folder.write("in", input), "-sigfile", folder.write("signature", signature)},
                            words);
}

std::string openssl_signed(const std::vector<std::string>& words, const std::string& private_pem,
                           const std::string& message) {
    const test::TemporaryFolder folder;
    Words command{"dgst", "-sign", folder.write("key", private_pem)};
    command.insert(command.end(), words.begin(), words.end());
    return openssl(command, {folder.write("in", message)});
}

bool openssl_verifies(const std::vector<std::string>& words, const std::string& public_pem,
                      const std::string& message, const std::string& signature) {
    const test::TemporaryFolder folder;
    Words command{"dgst", "-verify", folder.write("key", public_pem), "-signature",
                  folder.write("signature", signature)};
    command.insert(command.end(), words.begin(), words.end());
    return openssl_says_yes(command, {folder.write("in", message)});
}

}  // namespace keyward::e2e
