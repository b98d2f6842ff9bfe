#include "service/operations/software_public_ops.hpp"

#include <stdexcept>

#include "keys/public/proof.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::service {
namespace {

Bytes digest_to_verify(const CryptoRequest& operation) {
    const ByteView input = operation.input.reveal();
    if (operation.input_is_digest) return {input.begin(), input.end()};
    return digest_of(operation.mechanism->digest.value(), input);
}

bool verifies(const CryptoRequest& operation, const keys::PublicKey& key) {
    const ByteView signature = operation.signature;
    switch (operation.mechanism->scheme) {
        case Scheme::rsa_pkcs1_signature:
            return verifies_rsa_pkcs1(std::get<keys::RsaPublicKey>(key), operation.mechanism->digest.value(),
                                      digest_to_verify(operation), signature);
        case Scheme::rsa_pss:
            return verifies_rsa_pss(std::get<keys::RsaPublicKey>(key), operation.mechanism->digest.value(),
                                    digest_to_verify(operation), signature);
        case Scheme::ecdsa:
            return verifies_ecdsa(std::get<keys::EcPublicKey>(key), digest_to_verify(operation), signature);
        case Scheme::eddsa:
            return verifies_ed25519(std::get<keys::Ed25519PublicKey>(key), operation.input.reveal(),
                                    signature);
        case Scheme::gcm:
        case Scheme::cbc_pad:
        case Scheme::ctr:
        case Scheme::ecb:
        case Scheme::mac:
        case Scheme::rsa_oaep:
        case Scheme::rsa_pkcs1_cipher:
            break;
    }
    throw std::logic_error("the mechanism has no public verification");
}

Bytes encrypted(const CryptoRequest& operation, const keys::PublicKey& key) {
    const auto& rsa = std::get<keys::RsaPublicKey>(key);
    const ByteView input = operation.input.reveal();
    return operation.mechanism->scheme == Scheme::rsa_oaep
               ? keys::encrypt_rsa_oaep(rsa, operation.oaep_hash, input)
               : keys::encrypt_rsa_pkcs1(rsa, input);
}

}  // namespace

CryptoResult operate_in_software(CryptoOperation action, const CryptoRequest& operation,
                                 const std::string& public_key_pem) {
    const keys::PublicKey key = keys::public_key_from_pem(public_key_pem);
    if (action == CryptoOperation::encrypt)
        return {.output = SecretBytes::copy_of(encrypted(operation, key))};
    return {.kind = verifies(operation, key) ? CryptoResult::Kind::done : CryptoResult::Kind::failed};
}

}  // namespace keyward::service
