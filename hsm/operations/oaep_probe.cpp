#include "hsm/operations/oaep_probe.hpp"

#include "crypto/openssl_ptr.hpp"
#include "hsm/import/create.hpp"
#include "hsm/operations/key_use.hpp"
#include "keys/decode/private_key.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::hsm {
namespace {

constexpr std::size_t key_bits = 2048;

/// PKCS#1 DER of a newly generated key.
SecretBytes fresh_key() {
    const PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", key_bits));
    require(key != nullptr);
    const int size = i2d_PrivateKey(key.get(), nullptr);
    require(size > 0);
    SecretBytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.writable().data();
    i2d_PrivateKey(key.get(), &out);
    return der;
}

/// Creates the trial key as a session object with that id. Returns no handles when the token does not accept
/// it.
KeyHandles create(Lease& lease, const keys::KeyMaterial& trial_key, const ObjectId& id, MadeObjects& made) {
    try {
        const ImportRequest request{.id = id,
                                    .label = "keyward: trial of OAEP",
                                    .material = trial_key,
                                    .uses = {KeyUsage::encrypt_decrypt},
                                    .lifetime = ObjectLifetime::session,
                                    .expected_check_value = {}};
        const CK_OBJECT_HANDLE own = create_objects(lease, request, {}, {}, made).private_key;
        if (standing_of(lease, own, id) != Standing::ours) return {};
        return {.secret_or_private = own};
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::refused) throw;
        return {};
    }
}

/// Returns the result of the decryption; nothing when the token refuses the key for it.
std::optional<CryptoResult> opened(Lease& lease, const MechanismList& mechanisms, const KeyHandles& handles,
                                   const CryptoRequest& operation) {
    try {
        return KeyUse(lease, mechanisms, handles).run(CryptoOperation::decrypt, operation);
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::refused) throw;
        lease.poison();
        return std::nullopt;
    }
}

}  // namespace

const keys::KeyMaterial& oaep_trial_key() {
    static const keys::KeyMaterial key = [] {
        const SecretBytes der = fresh_key();
        return keys::decode_private_key(der.reveal(), keys::kind_of(der.reveal()),
                                        {.rsa_min_bits = key_bits});
    }();
    return key;
}

bool decrypts_oaep(Lease& lease, const MechanismList& mechanisms, const keys::KeyMaterial& trial_key,
                   Digest hash) {
    if (!mechanisms.offers(CKM_RSA_PKCS_OAEP, CKF_DECRYPT)) return false;
    const SecretBytes message = random_secret(size_of(hash));
    const Bytes sealed =
        keys::encrypt_rsa_oaep(std::get<keys::RsaPrivateKey>(trial_key).public_key, hash, message.reveal());
    const CryptoRequest operation{.mechanism = &mechanism_of(MechanismId::rsa_pkcs_oaep),
                                  .input = SecretBytes::copy_of(sealed),
                                  .oaep_hash = hash};
    const ObjectId id = ObjectId::random();
    MadeObjects made(lease, id);
    const KeyHandles handles = create(lease, trial_key, id, made);
    const auto outcome = opened(lease, mechanisms, handles, operation);
    return outcome && outcome->kind == CryptoResult::Kind::done &&
           equal_secrets(outcome->output.reveal(), message.reveal());
}

std::optional<ProvedHashes::Hashes> ProvedHashes::in(const Lease::Epoch& epoch) const {
    const Lock lock(mutex_);
    if (epoch_ != epoch) return std::nullopt;
    return hashes_;
}

void ProvedHashes::keep(const Lease::Epoch& epoch, Hashes hashes) {
    const Lock lock(mutex_);
    epoch_ = epoch;
    hashes_ = std::move(hashes);
}

}  // namespace keyward::hsm
