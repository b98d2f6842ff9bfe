#include "keys/decode/decode.hpp"

#include <array>
#include <string>

#include "crypto/openssl_ptr.hpp"
#include "keys/decode/armor.hpp"
#include "keys/decode/der_kind.hpp"
#include "keys/decode/private_key.hpp"
#include "keys/decode/public_key.hpp"
#include "keys/decode/secret_key.hpp"

namespace keyward::keys {
namespace {

bool is_symmetric(Algorithm algorithm) {
    return algorithm == Algorithm::aes || algorithm == Algorithm::des || algorithm == Algorithm::desede ||
           algorithm == Algorithm::hmac;
}

void require_fitting(KeyType type, std::optional<Algorithm> algorithm) {
    if (!algorithm || is_symmetric(*algorithm) == (type == KeyType::secret)) return;
    throw KeyFormatError("can't be read, because algorithm " + std::string(to_string(*algorithm)) +
                         " does not go with keyType " + std::string(to_string(type)) + ": expected " +
                         (type == KeyType::secret ? "AES, DES, DESede or HMAC"
                                                  : "RSA, EC or Ed25519, or leave algorithm out"));
}

void require_agreement(const KeyMaterial& key, std::optional<Algorithm> sent) {
    const Algorithm found = algorithm_of(key);
    if (!sent || *sent == found) return;
    throw KeyFormatError("is a key of algorithm " + std::string(to_string(found)) + ", but algorithm says " +
                         std::string(to_string(*sent)) + ": send " + std::string(to_string(found)) +
                         " or leave algorithm out");
}

KeyMaterial private_key_in(ByteView der, const KeyPolicy& policy) {
    const DerKind kind = kind_of(der);
    if (holds_private_key(kind)) return decode_private_key(der, kind, policy);
    if (!holds_public_key(kind)) refuse_kind(kind);
    throw KeyFormatError(
        "is " + std::string(describe(kind)) +
        ", but keyType PRIVATE_KEY takes a private key: send the private key, or use keyType PUBLIC_KEY");
}

KeyMaterial public_key_in(ByteView der, const KeyPolicy& policy) {
    const DerKind kind = kind_of(der);
    if (holds_public_key(kind))
        return std::visit([](auto&& key) -> KeyMaterial { return std::forward<decltype(key)>(key); },
                          decode_public_key(der, kind, policy));
    if (!holds_private_key(kind)) refuse_kind(kind);
    throw KeyFormatError("is " + std::string(describe(kind)) +
                         ", but keyType PUBLIC_KEY takes a public key or a certificate: send the public key "
                         "(openssl pkey -in key.pem -pubout), or use keyType PRIVATE_KEY");
}

KeyMaterial decode_asymmetric(KeyType type, const SecretBytes& content, const KeyPolicy& policy) {
    const SecretBytes der = asymmetric_der(content);
    return type == KeyType::private_key ? private_key_in(der.reveal(), policy)
                                        : public_key_in(der.reveal(), policy);
}

}  // namespace

KeyMaterial decode_content(KeyType type, std::optional<Algorithm> algorithm, const SecretBytes& content,
                           const KeyPolicy& policy) {
    if (type == KeyType::rsa)
        throw std::invalid_argument("the halves of keyType RSA are decoded as PRIVATE_KEY and PUBLIC_KEY");
    const QuietErrors quiet;
    require_fitting(type, algorithm);
    if (type == KeyType::secret) return make_secret_key(algorithm, secret_octets(content), policy);
    KeyMaterial key = decode_asymmetric(type, content, policy);
    require_agreement(key, algorithm);
    return key;
}

void check_pair(const RsaPrivateKey& private_key, const RsaPublicKey& public_key) {
    if (private_key.public_key.modulus == public_key.modulus &&
        private_key.public_key.public_exponent == public_key.public_exponent)
        return;
    throw KeyFormatError(
        "is not the public key of the private key beside it: send the two halves of one key, or the private "
        "key "
        "alone");
}

}  // namespace keyward::keys
