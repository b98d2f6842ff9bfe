#include "hsm/import/key_self_test.hpp"

#include <algorithm>
#include <array>

#include "crypto/openssl_ptr.hpp"
#include "hsm/cryptoki/mechanism_parameters.hpp"
#include "keys/public/fingerprint.hpp"
#include "keys/public/proof.hpp"

namespace keyward::hsm {
namespace {

constexpr std::size_t longest_block = 16;
constexpr std::size_t gcm_iv_size = 12;
constexpr std::array<std::uint8_t, longest_block> zeros{};

[[noreturn]] void throw_useless(std::string_view what) {
    throw TokenError(TokenFault::refused, "The token refuses the key: it offers no mechanism to " +
                                              std::string(what) +
                                              " with a key of this type, so it would be of no use there");
}

[[noreturn]] void throw_misfit(std::string_view what) {
    throw TokenError(TokenFault::mismatch, "The token does not hold what was sent: " + std::string(what));
}

/// The candidates that an object with this limit allows.
std::vector<Candidate> within(const MechanismCodes& allowed, std::vector<Candidate> candidates) {
    std::erase_if(candidates, [&](const Candidate& each) { return !allows(allowed, each.code); });
    return candidates;
}

template <typename Parameters>
std::span<std::uint8_t> parameter_octets(Parameters& parameters) {
    return {reinterpret_cast<std::uint8_t*>(&parameters), sizeof parameters};
}

struct Cipher {
    CK_MECHANISM_TYPE ecb, cbc, cbc_pad;
    std::size_t block;
};

Cipher cipher_of(keys::Algorithm algorithm) {
    if (algorithm == keys::Algorithm::des)
        return {.ecb = CKM_DES_ECB, .cbc = CKM_DES_CBC, .cbc_pad = CKM_DES_CBC_PAD, .block = 8};
    if (algorithm == keys::Algorithm::desede)
        return {.ecb = CKM_DES3_ECB, .cbc = CKM_DES3_CBC, .cbc_pad = CKM_DES3_CBC_PAD, .block = 8};
    return {.ecb = CKM_AES_ECB, .cbc = CKM_AES_CBC, .cbc_pad = CKM_AES_CBC_PAD, .block = 16};
}

const EVP_CIPHER* gcm_of(const keys::SecretKey& key) {
    const auto size = key.octets.size();
    return size == 16 ? EVP_aes_128_gcm() : size == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

std::string check_value_of(ByteView trial, ByteView reported) {
    return keys::check_value_text(reported.empty() ? trial : reported);
}

std::string try_hmac(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key) {
    const std::array candidates{Candidate{.code = CKM_SHA256_HMAC,
                                          .input = ByteView(zeros).first(0),
                                          .length = OutputLength::exactly(size_of(Digest::sha256))}};
    const auto mac = sign_with(lease, object, candidates);
    if (!mac) throw_useless("make an HMAC with SHA-256");
    if (*mac != keys::hmac_of_nothing(key)) throw_misfit("its HMAC of nothing is another than this key's");
    return keys::check_value_text(*mac);
}

Bytes software_gcm_zero_block(const keys::SecretKey& key, ByteView iv) {
    const CipherCtxPtr context(EVP_CIPHER_CTX_new());
    Bytes sealed(longest_block + gcm_tag_size);
    int size = 0;
    int rest = 0;
    if (!context ||
        EVP_EncryptInit_ex(context.get(), gcm_of(key), nullptr, key.octets.reveal().data(), iv.data()) != 1 ||
        EVP_EncryptUpdate(context.get(), sealed.data(), &size, zeros.data(), longest_block) != 1 ||
        EVP_EncryptFinal_ex(context.get(), sealed.data() + size, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, gcm_tag_size, sealed.data() + size) != 1)
        throw std::runtime_error("OpenSSL can't seal a zero block to compare with");
    return sealed;
}

/// For tokens that support only GCM. A zero IV is safe: no secret is encrypted with it. Returns false when
/// the token does not support GCM either.
bool try_gcm(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key) {
    std::array<std::uint8_t, gcm_iv_size> iv{};
    CK_GCM_PARAMS parameters = gcm_parameters(iv, {});
    const std::array candidates{Candidate{.code = CKM_AES_GCM,
                                          .parameter = parameter_octets(parameters),
                                          .input = zeros,
                                          .length = OutputLength::exactly(zeros.size() + gcm_tag_size)}};
    const auto sealed = encrypt_with(lease, object, candidates);
    if (!sealed) return false;
    if (*sealed != software_gcm_zero_block(key, iv))
        throw_misfit("it seals a zero block to another value than this key does");
    return true;
}

/// Returns the token's first block of the encryption of a zero block, with any mode that the object is
/// limited to. With a zero IV or counter all of these modes give the same first block. Returns nothing when
/// the token supports none of them.
std::optional<Bytes> zero_block(Lease& lease, CK_OBJECT_HANDLE object, const Cipher& cipher,
                                const MechanismCodes& allowed) {
    const ByteView block = ByteView(zeros).first(cipher.block);
    std::array<std::uint8_t, longest_block> iv_octets{};
    const auto iv = std::span(iv_octets).first(cipher.block);
    const OutputLength one_block = OutputLength::exactly(cipher.block);
    CK_AES_CTR_PARAMS counter{.ulCounterBits = 128, .cb = {}};
    const std::vector candidates =
        allowed.empty()
            ? std::vector{Candidate{.code = cipher.ecb, .input = block, .length = one_block},
                          Candidate{.code = cipher.cbc, .parameter = iv, .input = block, .length = one_block}}
            : within(allowed, {Candidate{.code = cipher.ecb, .input = block, .length = one_block},
                               Candidate{.code = cipher.cbc_pad,
                                         .parameter = iv,
                                         .input = block,
                                         .length = OutputLength::exactly(2 * cipher.block)},
                               Candidate{.code = CKM_AES_CTR,
                                         .parameter = parameter_octets(counter),
                                         .input = block,
                                         .length = one_block}});
    auto encrypted = encrypt_with(lease, object, candidates);
    if (encrypted) encrypted->resize(std::min(encrypted->size(), cipher.block));
    return encrypted;
}

std::string try_cipher(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key,
                       const MechanismCodes& allowed, ByteView reported) {
    const Cipher cipher = cipher_of(key.algorithm);
    const auto encrypted = zero_block(lease, object, cipher, allowed);
    // Single DES can always be imported, even where it can't be used (SoftHSM2 without OpenSSL's legacy
    // provider): its object has been read back, and there is no check value.
    if (!encrypted && key.algorithm == keys::Algorithm::des) return {};
    if (!encrypted) {
        if (key.algorithm != keys::Algorithm::aes || !try_gcm(lease, object, key)) throw_useless("encrypt");
        return keys::check_value_text(reported);
    }
    if (*encrypted != keys::encrypted_zero_block(key))
        throw_misfit("it encrypts a zero block to another value than this key does");
    // Whether single DES works depends on the loaded OpenSSL providers, so it never gets a check value.
    if (key.algorithm == keys::Algorithm::des) return {};
    return check_value_of(*encrypted, reported);
}

std::string try_cmac(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key, ByteView reported) {
    if (key.algorithm != keys::Algorithm::aes) throw_useless("make a MAC");
    const std::array candidates{
        Candidate{.code = CKM_AES_CMAC, .input = zeros, .length = OutputLength::exactly(longest_block)}};
    const auto mac = sign_with(lease, object, candidates);
    if (!mac) throw_useless("make a CMAC");
    if (*mac != keys::aes_cmac(key.octets.reveal(), zeros))
        throw_misfit("its CMAC of a zero block is another than this key's");
    return keys::check_value_text(reported);
}

const Bytes& trial_message() {
    static const Bytes message = sha256(as_bytes("keyward: trial of an imported key"));
    return message;
}

struct SignatureSize {
    std::size_t operator()(const keys::RsaPublicKey& rsa) const { return rsa.modulus.size(); }
    /// Two numbers of the order's length, which equals the length of a coordinate on all supported curves.
    std::size_t operator()(const keys::EcPublicKey& ec) const { return ec.point.size() - 1; }
    std::size_t operator()(const keys::Ed25519PublicKey& edwards) const { return 2 * edwards.point.size(); }
};

std::size_t signature_size(const keys::PublicKey& key) {
    return std::visit(SignatureSize{}, key);
}

/// Signature candidates by type of key, passed to `attempt`.
template <typename Attempt>
auto with_signature_candidates(const keys::PublicKey& key, const Attempt& attempt) {
    const Bytes& message = trial_message();
    const OutputLength length = OutputLength::exactly(signature_size(key));
    if (std::holds_alternative<keys::RsaPublicKey>(key)) {
        const Bytes info = digest_info(Digest::sha256, sha256(message));
        return attempt(std::array{Candidate{.code = CKM_SHA256_RSA_PKCS, .input = message, .length = length},
                                  Candidate{.code = CKM_RSA_PKCS, .input = info, .length = length}});
    }
    const bool edwards = std::holds_alternative<keys::Ed25519PublicKey>(key);
    const Candidate only{.code = edwards ? CKM_EDDSA : CKM_ECDSA, .input = message, .length = length};
    return attempt(std::array{only, only});
}

struct Verifies {
    ByteView signature;
    bool operator()(const keys::RsaPublicKey& key) const {
        return keys::verifies_rsa_sha256(key, trial_message(), signature);
    }
    bool operator()(const keys::EcPublicKey& key) const {
        return keys::verifies_ecdsa(key, trial_message(), signature);
    }
    bool operator()(const keys::Ed25519PublicKey& key) const {
        return keys::verifies_ed25519(key, trial_message(), signature);
    }
};

/// A wrong signature of the right length. Each half is a number below every curve's order.
Bytes wrong_signature(const keys::PublicKey& key) {
    return Bytes(signature_size(key), 0x01);
}

void try_decryption(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& reported,
                    const MechanismCodes& allowed) {
    const auto* const rsa = std::get_if<keys::RsaPublicKey>(&reported);
    if (rsa == nullptr) throw_useless("decrypt");
    CK_RSA_PKCS_OAEP_PARAMS parameters = oaep_parameters(Digest::sha1);
    const Bytes by_oaep = keys::encrypt_oaep_sha1(*rsa, trial_message());
    const Bytes by_pkcs1 = keys::encrypt_rsa_pkcs1(*rsa, trial_message());
    const OutputLength length = OutputLength::up_to(rsa->modulus.size());
    const auto candidates =
        within(allowed, {Candidate{.code = CKM_RSA_PKCS_OAEP,
                                   .parameter = parameter_octets(parameters),
                                   .input = by_oaep,
                                   .length = length},
                         Candidate{.code = CKM_RSA_PKCS, .input = by_pkcs1, .length = length}});
    const auto opened = decrypt_with(lease, object, candidates);
    if (!opened) throw_useless("decrypt");
    if (*opened != trial_message())
        throw_misfit("its private key does not decrypt what its public key encrypts");
}

}  // namespace

std::string try_secret(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key,
                       const KeyUsages& uses, const MechanismCodes& allowed, ByteView reported) {
    if (key.algorithm == keys::Algorithm::hmac) return try_hmac(lease, object, key);
    if (uses.contains(KeyUsage::encrypt_decrypt)) return try_cipher(lease, object, key, allowed, reported);
    return try_cmac(lease, object, key, reported);
}

void try_private(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& reported,
                 const KeyUsages& uses, const MechanismCodes& allowed) {
    if (!uses.contains(KeyUsage::sign_verify)) return try_decryption(lease, object, reported, allowed);
    const auto signature = with_signature_candidates(
        reported, [&](const auto& candidates) { return sign_with(lease, object, candidates); });
    if (!signature) throw_useless("sign");
    if (!std::visit(Verifies{*signature}, reported))
        throw_misfit("its private key's signature does not fit its public key");
}

void try_public(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& reported, const KeyUsages& uses,
                const MechanismCodes& allowed) {
    if (uses.contains(KeyUsage::sign_verify)) {
        const Bytes wrong = wrong_signature(reported);
        const auto verdict = with_signature_candidates(
            reported, [&](const auto& candidates) { return verify_with(lease, object, candidates, wrong); });
        if (!verdict) throw_useless("verify signatures");
        if (*verdict == CKR_OK) throw_misfit("it accepts a wrong signature");
        if (*verdict != CKR_SIGNATURE_INVALID && *verdict != CKR_SIGNATURE_LEN_RANGE)
            check("C_Verify", *verdict);
        return;
    }
    const auto* const rsa = std::get_if<keys::RsaPublicKey>(&reported);
    if (rsa == nullptr) throw_useless("encrypt");
    const OutputLength length = OutputLength::exactly(rsa->modulus.size());
    CK_RSA_PKCS_OAEP_PARAMS parameters = oaep_parameters(Digest::sha1);
    const auto candidates =
        within(allowed, {Candidate{.code = CKM_RSA_PKCS_OAEP,
                                   .parameter = parameter_octets(parameters),
                                   .input = trial_message(),
                                   .length = length},
                         Candidate{.code = CKM_RSA_PKCS, .input = trial_message(), .length = length}});
    if (!encrypt_with(lease, object, candidates)) throw_useless("encrypt");
}

}  // namespace keyward::hsm
