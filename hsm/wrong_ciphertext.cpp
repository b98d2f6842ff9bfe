#include "hsm/wrong_ciphertext.hpp"

#include <algorithm>
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
    return finish(lease, action, operation.input.reveal(), OutputLength::up_to(longest_result), output).value;
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

/// With CBC the vector changes the padding's octet: to none, to too long.
Operation with_last_octet_changed(const Operation& right, std::uint8_t change) {
    Operation wrong = copy_of(right);
    const bool padded = right.mechanism->scheme == Scheme::cbc_pad;
    (padded ? wrong.iv.back() : wrong.input.writable().back()) ^= change;
    return wrong;
}

Operation beyond_the_modulus(const Operation& right) {
    Operation wrong = copy_of(right);
    std::ranges::fill(wrong.input.writable(), std::uint8_t{0xFF});
    return wrong;
}

/// No whole block, shorter than the modulus, or without room for a tag.
Operation of_wrong_length(const Operation& right) {
    Operation wrong = copy_of(right);
    wrong.input.truncate(right.mechanism->scheme == Scheme::gcm ? service::gcm_tag_size - 1
                                                                : right.input.size() - 1);
    return wrong;
}

/// Wrong ones, made of a right one.
std::vector<Operation> wrong_ones(const Operation& right) {
    std::vector<Operation> wrong;
    wrong.push_back(with_last_octet_changed(right, 0x01));
    wrong.push_back(with_last_octet_changed(right, 0x80));
    if (right.mechanism->algorithm == keys::Algorithm::rsa) wrong.push_back(beyond_the_modulus(right));
    wrong.push_back(of_wrong_length(right));
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
    CK_OBJECT_HANDLE key;  ///< the session object; CK_INVALID_HANDLE where the key in use had to do
    Operation right;
    std::set<CK_RV> answers;  ///< to wrong ciphertexts
};

WrongCiphertext::Verdict WrongCiphertext::judge(Lease& lease, const Operation& failed, CK_OBJECT_HANDLE key,
                                                CK_RV value) {
    if (!can_be_wrong(failed.mechanism->scheme)) return Verdict::unknown;
    try {
        return judge_by_lesson(lease, failed, key, value);
    } catch (const TokenError&) {
        return Verdict::not_wrong;  // the failure that led here says more
    }
}

WrongCiphertext::Verdict WrongCiphertext::judge_by_lesson(Lease& lease, const Operation& failed,
                                                          CK_OBJECT_HANDLE key, CK_RV value) {
    if (const auto lesson = known(lease.era(), {failed.mechanism->name, failed.oaep_hash})) {
        if (!lesson->answers.contains(value)) return Verdict::not_wrong;
        if (lesson->key == CK_INVALID_HANDLE)
            return lease.token_answers() ? Verdict::wrong : Verdict::not_wrong;
        if (opens(lease, lesson->key, lesson->right)) return Verdict::wrong;
        // The object may have gone with the session that it was made in.
        lease.spoil();
        lease.replace_spoilt();
    }
    return learn(lease, failed, key, value);
}

std::shared_ptr<const WrongCiphertext::Lesson> WrongCiphertext::known(const Lease::Era& era,
                                                                      const Subject& subject) {
    const std::lock_guard lock(mutex_);
    const auto found = lessons_.find(subject);
    return era_ == era && found != lessons_.end() ? found->second : nullptr;
}

// A token that makes a right ciphertext and does not open it fails now, whatever it says.
WrongCiphertext::Verdict WrongCiphertext::learn(Lease& lease, const Operation& failed, CK_OBJECT_HANDLE key,
                                                CK_RV value) {
    const std::lock_guard alone(learning_);
    const ObjectId id = ObjectId::random();
    MadeObjects made(lease, id);
    const CK_OBJECT_HANDLE own = create_trial_key(lease, id, failed.mechanism->algorithm, made);
    Verdict without_lesson = Verdict::unknown;
    for (const CK_OBJECT_HANDLE used : {own, key}) {
        if (used == CK_INVALID_HANDLE) continue;
        auto right = right_one(lease, used, failed);
        if (right && opens(lease, used, *right)) {
            auto answers = answers_to(lease, used, wrong_ones(*right));
            const bool is_wrong = answers.contains(value);
            if (used == own) made.keep();
            keep(lease.era(), {used == own ? own : CK_INVALID_HANDLE, *std::move(right), std::move(answers)});
            return is_wrong ? Verdict::wrong : Verdict::not_wrong;
        }
        if (right) without_lesson = Verdict::not_wrong;
        lease.spoil();
        lease.replace_spoilt();
    }
    return without_lesson;
}

void WrongCiphertext::keep(const Lease::Era& era, Lesson lesson) {
    const service::Mechanism& mechanism = *lesson.right.mechanism;
    log::info(
        "token.wrong_ciphertext_learnt",
        {{"label", LogLabel::current()}, {"mechanism", mechanism.name}, {"answers", listed(lesson.answers)}});
    const Subject subject{mechanism.name, lesson.right.oaep_hash};
    const std::lock_guard lock(mutex_);
    if (era_ != era) lessons_.clear();
    era_ = era;
    lessons_.insert_or_assign(subject, std::make_shared<const Lesson>(std::move(lesson)));
}

}  // namespace keyward::hsm
