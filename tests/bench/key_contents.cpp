#include "tests/bench/key_contents.hpp"

#include <memory>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/base64.hpp"
#include "base/ids.hpp"

namespace keyward::bench {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string pem_content(const Pkey& key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return to_base64({reinterpret_cast<std::uint8_t*>(text), static_cast<std::size_t>(size)});
}

}  // namespace

std::string random_content(std::size_t octets) {
    return to_base64(random_secret(octets).reveal());
}

std::string rsa_content() {
    return pem_content(Pkey(EVP_RSA_gen(2048), EVP_PKEY_free));
}

std::string p256_content() {
    return pem_content(Pkey(EVP_EC_gen("P-256"), EVP_PKEY_free));
}

std::string create_body(const std::string& name, const std::string& key_type, const std::string& algorithm,
                        const std::string& content) {
    return R"({"name":")" + name + R"(","keyType":")" + key_type + R"(",)" +
           (algorithm.empty() ? "" : R"("algorithm":")" + algorithm + R"(",)") +
           R"("cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":")" + content +
           R"("}]})";
}

}  // namespace keyward::bench
