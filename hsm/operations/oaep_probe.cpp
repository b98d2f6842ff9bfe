#include "hsm/operations/oaep_probe.hpp"

#include "crypto/openssl_ptr.hpp"
#include "hsm/import/create.hpp"
#include "hsm/operations/key_use.hpp"
#include "keys/decode/private_key.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::hsm {
namespace {

using service::Operation;
using service::Outcome;
using service::TokenError;
using service::TokenFault;

constexpr std::size_t key_bits = 2048;

/// PKCS#1 DER of a fresh key.
SecretBytes fresh_key() {
    const keys::PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", key_bits));
    keys::require(key != nullptr);
    const int size = i2d_PrivateKey(key.get(), nullptr);
    keys::require(size > 0);
    SecretBytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.writable().data();
    i2d_PrivateKey(key.get(), &out);
    return der;
}

/// The handles of the trial key as a session object of that id; none when the token does not take it.
KeyHandles create(Lease& lease, const keys::KeyMaterial& trial_key, const ObjectId& id, MadeObjects& made) {
    try {
        const service::ImportOrder order{.id = id,
                                         .label = "keyward: trial of OAEP",
                                         .material = trial_key,
                                         .uses = {service::Use::cipher},
                                         .lifetime = service::Lifetime::session,
                                         .expected_check_value = {}};
        const CK_OBJECT_HANDLE own = create_objects(lease, order, {}, {}, made).private_half;
        if (standing_of(lease, own, id) != Standing::ours) return {};
        return {.own = own};
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::refused) throw;
        return {};
    }
}

/// What comes of the decryption; nothing when the token refuses the key for it.
std::optional<Outcome> opened(Lease& lease, const MechanismList& offered, const KeyHandles& handles,
                              const Operation& operation) {
    try {
        return KeyUse(lease, offered, handles).run(service::Action::decrypt, operation);
    } catch (const TokenError& error) {
        if (error.fault() != TokenFault::refused) throw;
        lease.spoil();
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

bool decrypts_oaep(Lease& lease, const MechanismList& offered, const keys::KeyMaterial& trial_key,
                   keys::Digest hash) {
    if (!offered.offers(CKM_RSA_PKCS_OAEP, CKF_DECRYPT)) return false;
    const SecretBytes message = random_secret(keys::size_of(hash));
    const Bytes sealed =
        keys::encrypt_rsa_oaep(std::get<keys::RsaPrivateKey>(trial_key).public_key, hash, message.reveal());
    const Operation operation{.mechanism = service::find_mechanism("RSA-PKCS-OAEP"),
                              .input = SecretBytes::copy_of(sealed),
                              .oaep_hash = hash};
    const ObjectId id = ObjectId::random();
    MadeObjects made(lease, id);
    const KeyHandles handles = create(lease, trial_key, id, made);
    const auto outcome = opened(lease, offered, handles, operation);
    return outcome && outcome->kind == Outcome::Kind::done &&
           equal_secrets(outcome->output.reveal(), message.reveal());
}

std::optional<ProvedHashes::Hashes> ProvedHashes::in(const Lease::Era& era) const {
    const std::lock_guard lock(mutex_);
    if (era_ != era) return std::nullopt;
    return hashes_;
}

void ProvedHashes::keep(const Lease::Era& era, Hashes hashes) {
    const std::lock_guard lock(mutex_);
    era_ = era;
    hashes_ = std::move(hashes);
}

}  // namespace keyward::hsm
