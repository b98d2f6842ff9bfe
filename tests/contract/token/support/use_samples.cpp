#include "tests/contract/token/support/use_samples.hpp"

#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "base/ids.hpp"
#include "keys/public/openssl_public_key.hpp"
#include "keys/public/proof.hpp"

namespace keyward::tests {
namespace {

const EVP_MD* openssl_digest(const Mechanism& mechanism) {
    return mechanism.digest ? EVP_get_digestbyname(std::string(to_string(*mechanism.digest)).c_str())
                            : nullptr;
}

Bytes mac_of(const Mechanism& mechanism, const keys::SecretKey& key, ByteView message) {
    if (!mechanism.digest) return keys::aes_cmac(key.octets.reveal(), message);
    Bytes mac(EVP_MAX_MD_SIZE);
    unsigned int size = 0;
    HMAC(openssl_digest(mechanism), key.octets.reveal().data(), static_cast<int>(key.octets.size()),
         message.data(), message.size(), mac.data(), &size);
    mac.resize(size);
    return mac;
}

Bytes der_of(ByteView raw) {
    const auto half = static_cast<int>(raw.size() / 2);
    const EcdsaSigPtr signature(ECDSA_SIG_new());
    ECDSA_SIG_set0(signature.get(), BN_bin2bn(raw.data(), half, nullptr),
                   BN_bin2bn(raw.data() + half, half, nullptr));
    Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_ECDSA_SIG(signature.get(), &out);
    return der;
}

bool verifies(const Mechanism& mechanism, EVP_PKEY& key, ByteView message, ByteView signature) {
    const QuietErrors quiet;
    const DigestCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // owned by the context
    if (EVP_DigestVerifyInit(context.get(), &parameters, openssl_digest(mechanism), nullptr, &key) != 1)
        throw std::runtime_error("OpenSSL can't verify with this key");
    if (mechanism.scheme == Scheme::rsa_pss) {
        EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace

std::vector<std::string> mechanisms_of(KeyUsage use) {
    std::vector<std::string> names;
    for (const Mechanism& row : mechanism_table())
        if (use_of(row) == use) names.emplace_back(row.name);
    return names;
}

Kind kind_for(std::string_view mechanism) {
    switch (find_mechanism(mechanism)->algorithm) {
        case keys::Algorithm::aes:
            return Kind::aes256;
        case keys::Algorithm::des:
            return Kind::des;
        case keys::Algorithm::desede:
            return Kind::desede;
        case keys::Algorithm::hmac:
            return Kind::hmac64;
        case keys::Algorithm::rsa:
            return Kind::rsa;
        case keys::Algorithm::ec:
            return Kind::p256;
        case keys::Algorithm::ed25519:
            return Kind::ed25519;
    }
    throw std::logic_error("no such algorithm");
}

CryptoRequest operation(std::string_view mechanism, ByteView input) {
    const Mechanism* const row = find_mechanism(mechanism);
    return {.mechanism = row, .input = SecretBytes::copy_of(input), .iv = message(row->iv_size)};
}

CryptoRequest copy_of(const CryptoRequest& operation) {
    return {.mechanism = operation.mechanism,
            .input = operation.input.clone(),
            .input_is_digest = operation.input_is_digest,
            .iv = operation.iv,
            .aad = operation.aad,
            .oaep_hash = operation.oaep_hash,
            .public_key_sha256 = operation.public_key_sha256,
            .signature = operation.signature};
}

CryptoRequest opening(const CryptoRequest& sealing, const CryptoResult& sealed) {
    CryptoRequest opening = copy_of(sealing);
    opening.input = sealed.output.clone();
    return opening;
}

CryptoRequest verification(const CryptoRequest& signing, const CryptoResult& made) {
    CryptoRequest verification = copy_of(signing);
    const ByteView signature = made.output.reveal();
    verification.signature.assign(signature.begin(), signature.end());
    return verification;
}

CryptoRequest over_digest(const CryptoRequest& signing) {
    CryptoRequest over = copy_of(signing);
    over.input = SecretBytes::copy_of(digest_of(signing.mechanism->digest.value(), signing.input.reveal()));
    over.input_is_digest = true;
    return over;
}

Bytes message(std::size_t size) {
    const SecretBytes octets = random_secret(size);
    return {octets.reveal().begin(), octets.reveal().end()};
}

bool is_right(std::string_view mechanism, const keys::KeyMaterial& key, ByteView message,
              ByteView signature) {
    const Mechanism& row = *find_mechanism(mechanism);
    if (const auto* const secret = std::get_if<keys::SecretKey>(&key))
        return equal_secrets(mac_of(row, *secret, message), signature);
    const keys::PublicKey half = keys::public_half(key).value();
    const PkeyPtr handle = std::visit([](const auto& each) { return keys::openssl_public_key(each); }, half);
    if (row.scheme != Scheme::ecdsa) return verifies(row, *handle, message, signature);
    return verifies(row, *handle, message, der_of(signature));
}

}  // namespace keyward::tests
