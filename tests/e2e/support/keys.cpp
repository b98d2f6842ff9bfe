#include "tests/e2e/support/keys.hpp"

#include <array>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/support/command.hpp"
#include "tests/support/files.hpp"

namespace keyward::e2e {
namespace {

using Words = std::vector<std::string>;

Words generation(const std::string& kind) {
    if (kind.starts_with("RSA-"))
        return {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + kind.substr(4)};
    if (kind.starts_with("Ed") || kind.starts_with("X") || kind.starts_with("RSASSA") ||
        kind.starts_with("DSA"))
        return {"-algorithm", kind};
    return {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + kind};
}

std::string openssl(Words words) {
    words.insert(words.begin(), "openssl");
    return test::output_of(words);
}

KeyPair make(const std::string& kind) {
    const test::TemporaryFolder folder;
    const std::string file = folder.file("key.pem");
    Words words{"genpkey", "-out", file};
    for (const std::string& word : generation(kind))
        words.push_back(word);
    openssl(words);
    KeyPair pair;
    pair.pkcs8_pem = test::read_file(file);
    pair.pkcs8_der = openssl({"pkcs8", "-topk8", "-nocrypt", "-in", file, "-outform", "DER"});
    pair.spki_pem = openssl({"pkey", "-in", file, "-pubout"});
    pair.spki_der = openssl({"pkey", "-in", file, "-pubout", "-outform", "DER"});
    if (!kind.starts_with("X")) {
        const Words request{"req", "-x509", "-new", "-key", file, "-subj", "/CN=keyward test", "-days", "30"};
        Words der = request;
        der.insert(der.end(), {"-outform", "DER"});
        pair.certificate_pem = openssl(request);
        pair.certificate_der = openssl(der);
    }
    if (kind.starts_with("Ed") || kind.starts_with("X")) return pair;
    pair.traditional_pem = openssl({"pkey", "-in", file, "-traditional"});
    pair.traditional_der = openssl({"pkey", "-in", file, "-traditional", "-outform", "DER"});
    if (!kind.starts_with("RSA-")) return pair;
    pair.rsa_public_pem = openssl({"rsa", "-in", file, "-RSAPublicKey_out"});
    pair.rsa_public_der = openssl({"rsa", "-in", file, "-RSAPublicKey_out", "-outform", "DER"});
    return pair;
}

const EVP_CIPHER* cipher_of(std::size_t size, bool des3) {
    if (des3) return EVP_des_ede3_ecb();
    return size == 16 ? EVP_aes_128_ecb() : size == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
}

}  // namespace

std::string KeyPair::public_key_sha256() const {
    return sha256_of(spki_der);
}

const KeyPair& key_pair(const std::string& kind, int number) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, int>, KeyPair> made;
    const std::scoped_lock lock(mutex);
    const auto key = std::pair(kind, number);
    if (!made.contains(key)) made[key] = make(kind);
    return made[key];
}

std::string cipher_check_value(std::string_view key, bool des3) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    const std::array<unsigned char, 16> zeros{};
    std::array<unsigned char, 32> block{};
    int size = 0;
    if (EVP_EncryptInit_ex(context.get(), cipher_of(key.size(), des3), nullptr,
                           reinterpret_cast<const unsigned char*>(key.data()), nullptr) != 1 ||
        EVP_EncryptUpdate(context.get(), block.data(), &size, zeros.data(), 16) != 1)
        throw std::runtime_error("EVP_EncryptUpdate");
    return upper(hex({reinterpret_cast<const char*>(block.data()), 3}));
}

std::string hmac_check_value(std::string_view key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned size = 0;
    const unsigned char nothing = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), &nothing, 0, code.data(), &size);
    return upper(hex({reinterpret_cast<const char*>(code.data()), 3}));
}

std::string des_key(std::size_t size) {
    std::string key = random_octets(size);
    for (char& octet : key) {
        const auto value = static_cast<unsigned char>(octet);
        if (std::popcount(value) % 2 == 0) octet = static_cast<char>(value ^ 1U);
    }
    return key;
}

}  // namespace keyward::e2e
