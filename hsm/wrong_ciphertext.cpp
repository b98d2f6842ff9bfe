#include "hsm/wrong_ciphertext.hpp"

#include <optional>

#include "core/log.hpp"
#include "hsm/calls.hpp"
#include "hsm/create.hpp"
#include "hsm/errors.hpp"
#include "hsm/log_label.hpp"
#include "hsm/mechanism_codes.hpp"
#include "hsm/mechanism_parameters.hpp"
#include "hsm/oaep_proof.hpp"
#include "hsm/query.hpp"
#include "keys/des.hpp"
#include "keys/public_operations.hpp"

namespace keyward::hsm {
namespace {

using service::Action;
using service::Operation;
using service::Scheme;
using service::TokenError;

constexpr std::size_t longest_result = 16384 / 8;

Operation copy_of(const Operation& operation) {
    return {.mechanism = operation.mechanism,
            .input = operation.input.clone(),
            .iv = operation.iv,
            .oaep_hash = operation.oaep_hash};
}

keys::KeyMaterial trial_key(keys::Algorithm algorithm) {
    if (algorithm == keys::Algorithm::aes) return keys::SecretKey{algorithm, random_secret(32)};
    SecretBytes octets = random_secret(algorithm == keys::Algorithm::des ? 8 : 24);
    keys::set_odd_parity(octets.writable());
    return keys::SecretKey{algorithm, std::move(octets)};
}

CK_OBJECT_HANDLE create(Lease& lease, const ObjectId& id, const keys::KeyMaterial& material,
                        MadeObjects& made) {
    const service::ImportOrder order{.id = id,
                                     .label = "keyward: trial of wrong ciphertexts",
                                     .material = material,
                                     .uses = {service::Use::cipher},
                                     .lifetime = service::Lifetime::session,
                                     .expected_check_value = {}};
    const auto* const secret = std::get_if<keys::SecretKey>(&material);
    const KeyObjects objects =
        create_objects(lease, order, {}, secret == nullptr ? ByteView() : secret->octets.reveal(), made);
    return secret == nullptr ? objects.private_half : objects.secret;
}

/// A session object; CK_INVALID_HANDLE when the token takes none.
CK_OBJECT_HANDLE create_trial_key(Lease& lease, const ObjectId& id, keys::Algorithm algorithm,
                                  MadeObjects& made) {
    try {
        if (algorithm == keys::Algorithm::rsa) return create(lease, id, oaep_trial_key(), made);
        return create(lease, id, trial_key(algorithm), made);
    } catch (const TokenError&) {
        return CK_INVALID_HANDLE;
    }
}

CK_RV run(Lease& lease, Action action, CK_OBJECT_HANDLE key, const Operation& operation,
          SecretBytes& output) {
    MechanismParameters parameters(code_of(operation.mechanism->name).code, operation);
    const Called begun = begin(lease, action, parameters.mechanism(), key);
    if (!begun.succeeded()) return begun.value;
    output = SecretBytes(longest_result);
    return finish(lease, action, operation.input.reveal(), output).value;
}

/// With CBC one octet less than a block, so that its padding is one octet, whose value is known.
Bytes message_for(const service::Mechanism& mechanism) {
    const bool padded = mechanism.scheme == Scheme::cbc_pad;
    return Bytes(padded ? mechanism.iv_size - std::size_t{1} : 15, 0x5A);
}

/// What the public half of the object makes of the message; nothing when the token does not tell it.
std::optional<Bytes> sealed_outside(Lease& lease, CK_OBJECT_HANDLE key, const Operation& like) {
    Query query;
    ask_rsa(query);
    if (!query.finds(lease, key)) return std::nullopt;
    const auto read = public_key_in(query, CKK_RSA);
    if (!read) return std::nullopt;
    const auto& rsa = std::get<keys::RsaPublicKey>(*read);
    return like.mechanism->scheme == Scheme::rsa_oaep
               ? keys::encrypt_rsa_oaep(rsa, like.oaep_hash, message_for(*like.mechanism))
               : keys::encrypt_rsa_pkcs1(rsa, message_for(*like.mechanism));
}

/// The decryption of a right ciphertext; nothing when none can be made.
std::optional<Operation> right_one(Lease& lease, CK_OBJECT_HANDLE key, const Operation& like) {
    Operation right{.mechanism = like.mechanism, .input = {}, .oaep_hash = like.oaep_hash};
    if (like.mechanism->algorithm == keys::Algorithm::rsa) {
        const auto sealed = sealed_outside(lease, key, like);
        if (!sealed) return std::nullopt;
        right.input = SecretBytes::copy_of(*sealed);
        return right;
    }
    const SecretBytes iv = random_secret(like.mechanism->iv_size);
    right.iv.assign(iv.reveal().begin(), iv.reveal().end());
    right.input = SecretBytes::copy_of(message_for(*like.mechanism));
    SecretBytes sealed;
    if (run(lease, Action::encrypt, key, right, sealed) != CKR_OK) return std::nullopt;
    right.input = std::move(sealed);
    return right;
}

bool opens(Lease& lease, CK_OBJECT_HANDLE key, const Operation& right) {
    SecretBytes opened;
    return run(lease, Action::decrypt, key, right, opened) == CKR_OK &&
           equal_secrets(opened.reveal(), message_for(*right.mechanism));
}

/// Wrong ones, made of a right one. With CBC the vector changes the padding's octet: to none, to too long.
std::vector<Operation> wrong_ones(const Operation& right) {
    std::vector<Operation> wrong;
    for (const std::uint8_t change : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
        Operation& each = wrong.emplace_back(copy_of(right));
        std::uint8_t& octet =
            right.mechanism->scheme == Scheme::cbc_pad ? each.iv.back() : each.input.writable().back();
        octet ^= change;
    }
    return wrong;
}

/// Stops at an operation that the token does not end: the session can't be used for another.
std::set<CK_RV> answers_to(Lease& lease, CK_OBJECT_HANDLE key, const std::vector<Operation>& wrong) {
    std::set<CK_RV> answers;
    for (const Operation& each : wrong) {
        SecretBytes opened;
        const CK_RV value = run(lease, Action::decrypt, key, each, opened);
        if (value == CKR_OK) continue;
        answers.insert(value);
        if (has_ended(lease, Action::decrypt)) continue;
        lease.spoil();
        break;
    }
    return answers;
}

std::string listed(const std::set<CK_RV>& values) {
    std::string text;
    for (const CK_RV value : values)
        text += (text.empty() ? "" : ", ") + name_of(value);
    return text;
}

bool can_be_wrong(Scheme scheme) {
    return scheme == Scheme::gcm || scheme == Scheme::cbc_pad || scheme == Scheme::rsa_oaep ||
           scheme == Scheme::rsa_pkcs1_cipher;
}

}  // namespace

/// What was learnt of one mechanism.
struct WrongCiphertext::Lesson {
    CK_OBJECT_HANDLE key;  ///< the session object; CK_INVALID_HANDLE where the token takes none
    Operation right;
    std::set<CK_RV> answers;  ///< to wrong ciphertexts
};

bool WrongCiphertext::explains(Lease& lease, const Operation& failed, CK_OBJECT_HANDLE key, CK_RV value) {
    if (!can_be_wrong(failed.mechanism->scheme)) return false;
    try {
        return was_learnt(lease, failed, key, value);
    } catch (const TokenError&) {
        return false;  // the failure that led here says more
    }
}

bool WrongCiphertext::was_learnt(Lease& lease, const Operation& failed, CK_OBJECT_HANDLE key, CK_RV value) {
    const Subject subject{failed.mechanism->name, failed.oaep_hash};
    if (const auto lesson = known(lease.era(), subject)) {
        if (!lesson->answers.contains(value)) return false;
        if (lesson->key == CK_INVALID_HANDLE) return lease.token_answers();
        if (opens(lease, lesson->key, lesson->right)) return true;
        // The object may have gone with the session that it was made in.
        lease.spoil();
        lease.replace_spoilt();
    }
    const auto lesson = learn(lease, failed, key);
    return lesson && lesson->answers.contains(value);
}

std::shared_ptr<const WrongCiphertext::Lesson> WrongCiphertext::known(const Lease::Era& era,
                                                                      const Subject& subject) {
    const std::lock_guard lock(mutex_);
    const auto found = lessons_.find(subject);
    return era_ == era && found != lessons_.end() ? found->second : nullptr;
}

/// Nothing when no right ciphertext can be made and opened.
std::shared_ptr<const WrongCiphertext::Lesson> WrongCiphertext::learn(Lease& lease, const Operation& failed,
                                                                      CK_OBJECT_HANDLE key) {
    const std::lock_guard alone(learning_);
    const ObjectId id = ObjectId::random();
    MadeObjects made(lease, id);
    const CK_OBJECT_HANDLE own = create_trial_key(lease, id, failed.mechanism->algorithm, made);
    const CK_OBJECT_HANDLE used = own == CK_INVALID_HANDLE ? key : own;
    auto right = right_one(lease, used, failed);
    if (!right || !opens(lease, used, *right)) {
        lease.spoil();
        return nullptr;
    }
    auto answers = answers_to(lease, used, wrong_ones(*right));
    log::info("token.wrong_ciphertext_learnt", {{"label", LogLabel::current()},
                                                {"mechanism", failed.mechanism->name},
                                                {"answers", listed(answers)}});
    made.keep();
    const auto lesson = std::make_shared<const Lesson>(Lesson{own, *std::move(right), std::move(answers)});
    const std::lock_guard lock(mutex_);
    if (era_ != lease.era()) lessons_.clear();
    era_ = lease.era();
    lessons_.insert_or_assign({failed.mechanism->name, failed.oaep_hash}, lesson);
    return lesson;
}

}  // namespace keyward::hsm
