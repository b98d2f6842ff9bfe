#include "hsm/operations/wrong_ciphertext.hpp"

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/des.hpp"
#include "crypto/openssl_ptr.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/cryptoki/mechanism_parameters.hpp"
#include "hsm/import/create.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "hsm/operations/oaep_probe.hpp"
#include "hsm/session/crypto_functions.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::hsm {
namespace {

constexpr std::size_t longest_result = 16384 / 8;

CryptoRequest copy_of(const CryptoRequest& operation) {
    return {.mechanism = operation.mechanism,
            .input = operation.input.clone(),
            .iv = operation.iv,
            .oaep_hash = operation.oaep_hash};
}

keys::KeyMaterial trial_key(keys::Algorithm algorithm) {
    if (algorithm == keys::Algorithm::aes) return keys::SecretKey{algorithm, random_secret(32)};
    SecretBytes octets = random_secret(algorithm == keys::Algorithm::des ? 8 : 24);
    set_odd_parity(octets.writable());
    return keys::SecretKey{algorithm, std::move(octets)};
}

CK_OBJECT_HANDLE create(Lease& lease, const ObjectId& id, const keys::KeyMaterial& material,
                        MadeObjects& made) {
    const ImportRequest request{.id = id,
                                .label = "keyward: trial of wrong ciphertexts",
                                .material = material,
                                .uses = {KeyUsage::encrypt_decrypt},
                                .lifetime = ObjectLifetime::session,
                                .expected_check_value = {}};
    const auto* const secret = std::get_if<keys::SecretKey>(&material);
    const KeyObjects objects =
        create_objects(lease, request, {}, secret == nullptr ? ByteView() : secret->octets.reveal(), made);
    return secret == nullptr ? objects.private_key : objects.secret;
}

/// Creates a session object. Returns CK_INVALID_HANDLE when the token accepts none.
CK_OBJECT_HANDLE create_trial_key(Lease& lease, const ObjectId& id, keys::Algorithm algorithm,
                                  MadeObjects& made) {
    try {
        if (algorithm == keys::Algorithm::rsa) return create(lease, id, oaep_trial_key(), made);
        return create(lease, id, trial_key(algorithm), made);
    } catch (const TokenError&) {
        return CK_INVALID_HANDLE;
    }
}

CK_RV run(Lease& lease, CryptoOperation action, CK_OBJECT_HANDLE key, const CryptoRequest& operation,
          SecretBytes& output) {
    MechanismParameters parameters(code_of(operation.mechanism->id).code, operation);
    const CallResult begun = init_operation(lease, action, parameters.mechanism(), key);
    if (!begun.succeeded()) return begun.value;
    return run_operation(lease, action, operation.input.reveal(), OutputLength::up_to(longest_result), output)
        .value;
}

/// With CBC the message is one octet shorter than a block, so that the padding is one octet with a known
/// value.
Bytes message_for(const Mechanism& mechanism) {
    const bool padded = mechanism.scheme == Scheme::cbc_pad;
    return Bytes(padded ? mechanism.iv_size - std::size_t{1} : 15, 0x5A);
}

/// RSAEP (RFC 8017 section 5.1.1) of a block that has the length of the modulus and is less than it.
Bytes encrypted_bare(const keys::RsaPublicKey& rsa, ByteView block) {
    const BnPtr modulus = number_from(rsa.modulus);
    const BnPtr exponent = number_from(rsa.public_exponent);
    const BnPtr number = number_from(block);
    const BnCtxPtr context = made(BnCtxPtr(BN_CTX_new()));
    require(BN_mod_exp(number.get(), number.get(), exponent.get(), modulus.get(), context.get()) == 1);
    Bytes encrypted(rsa.modulus.size());
    require(BN_bn2binpad(number.get(), encrypted.data(), static_cast<int>(encrypted.size())) >= 0);
    return encrypted;
}

/// The public key of the object; nothing when the token does not reveal it.
std::optional<keys::RsaPublicKey> public_half_of(Lease& lease, CK_OBJECT_HANDLE key) {
    AttributeQuery query;
    ask_rsa(query);
    if (!query.finds(lease, key)) return std::nullopt;
    const auto read = public_key_in(query, CKK_RSA);
    return read ? std::optional(std::get<keys::RsaPublicKey>(*read)) : std::nullopt;
}

/// Encrypts the message with the public key in software.
Bytes sealed_outside(const keys::RsaPublicKey& rsa, const CryptoRequest& like) {
    return like.mechanism->scheme == Scheme::rsa_oaep
               ? keys::encrypt_rsa_oaep(rsa, like.oaep_hash, message_for(*like.mechanism))
               : keys::encrypt_rsa_pkcs1(rsa, message_for(*like.mechanism));
}

/// The decryption request for a correct ciphertext; nothing when none can be made.
std::optional<CryptoRequest> right_one(Lease& lease, CK_OBJECT_HANDLE key, const CryptoRequest& like) {
    CryptoRequest right{.mechanism = like.mechanism, .input = {}, .oaep_hash = like.oaep_hash};
    if (like.mechanism->algorithm == keys::Algorithm::rsa) {
        const auto rsa = public_half_of(lease, key);
        if (!rsa) return std::nullopt;
        right.input = SecretBytes::copy_of(sealed_outside(*rsa, like));
        return right;
    }
    const SecretBytes iv = random_secret(like.mechanism->iv_size);
    right.iv.assign(iv.reveal().begin(), iv.reveal().end());
    right.input = SecretBytes::copy_of(message_for(*like.mechanism));
    SecretBytes sealed;
    if (run(lease, CryptoOperation::encrypt, key, right, sealed) != CKR_OK) return std::nullopt;
    right.input = std::move(sealed);
    return right;
}

bool opens(Lease& lease, CK_OBJECT_HANDLE key, const CryptoRequest& right) {
    SecretBytes opened;
    return run(lease, CryptoOperation::decrypt, key, right, opened) == CKR_OK &&
           equal_secrets(opened.reveal(), message_for(*right.mechanism));
}

/// With CBC, changing the IV changes the padding octet, which is 0x01.
CryptoRequest with_last_octet_changed(const CryptoRequest& right, std::uint8_t change) {
    CryptoRequest wrong = copy_of(right);
    const bool padded = right.mechanism->scheme == Scheme::cbc_pad;
    (padded ? wrong.iv.back() : wrong.input.writable().back()) ^= change;
    return wrong;
}

/// A block of type 2 (RFC 8017 section 7.2.1) whose padding ends at that octet, or never.
CryptoRequest with_padding_to(const CryptoRequest& right, const keys::RsaPublicKey& rsa,
                              std::optional<std::size_t> end) {
    Bytes block(rsa.modulus.size(), 0x5A);
    block[0] = 0x00;
    block[1] = 0x02;
    if (end) block[*end] = 0x00;
    CryptoRequest wrong = copy_of(right);
    wrong.input = SecretBytes::copy_of(encrypted_bare(rsa, block));
    return wrong;
}

CryptoRequest beyond_the_modulus(const CryptoRequest& right) {
    CryptoRequest wrong = copy_of(right);
    std::ranges::fill(wrong.input.writable(), std::uint8_t{0xFF});
    return wrong;
}

/// Not a whole block, shorter than the modulus, or too short for a tag.
CryptoRequest of_wrong_length(const CryptoRequest& right) {
    CryptoRequest wrong = copy_of(right);
    wrong.input.truncate(right.mechanism->scheme == Scheme::gcm ? gcm_tag_size - 1 : right.input.size() - 1);
    return wrong;
}

constexpr std::size_t too_early = 2 + 7;  // the padding must have at least eight octets

/// Wrong ciphertexts derived from a correct one for the key. With CBC the padding octet becomes zero, larger
/// than a block, or two while the octet before it is different. With PKCS#1 v1.5 the block is not of type 2,
/// its padding does not end, or its padding ends too early.
std::vector<CryptoRequest> wrong_ones(Lease& lease, CK_OBJECT_HANDLE key, const CryptoRequest& right) {
    const Scheme scheme = right.mechanism->scheme;
    std::vector<CryptoRequest> wrong;
    wrong.push_back(with_last_octet_changed(right, 0x01));
    wrong.push_back(with_last_octet_changed(right, 0x80));
    if (scheme == Scheme::cbc_pad) wrong.push_back(with_last_octet_changed(right, 0x03));
    if (right.mechanism->algorithm == keys::Algorithm::rsa) wrong.push_back(beyond_the_modulus(right));
    if (scheme == Scheme::rsa_pkcs1_cipher)
        if (const auto rsa = public_half_of(lease, key)) {
            wrong.push_back(with_padding_to(right, *rsa, std::nullopt));
            wrong.push_back(with_padding_to(right, *rsa, too_early));
        }
    wrong.push_back(of_wrong_length(right));
    return wrong;
}

/// A key, with a correct ciphertext for it where one can be made. A key created for the test is a session
/// object; the destructor ends it unless it is kept.
class TrialKey {
  public:
    /// `used` is the object in use; with CK_INVALID_HANDLE a session object is created.
    TrialKey(Lease& lease, const CryptoRequest& like, CK_OBJECT_HANDLE used)
        : lease_(lease),
          object_(used != CK_INVALID_HANDLE
                      ? used
                      : create_trial_key(lease, id_, like.mechanism->algorithm, made_)) {
        if (object_ != CK_INVALID_HANDLE) right_ = right_one(lease, object_, like);
    }

    /// False when the token does not accept the session object.
    [[nodiscard]] bool is_there() const { return object_ != CK_INVALID_HANDLE; }
    [[nodiscard]] const std::optional<CryptoRequest>& right() const { return right_; }
    [[nodiscard]] bool opens() const { return right_ && hsm::opens(lease_, object_, *right_); }
    [[nodiscard]] CK_OBJECT_HANDLE object() const { return object_; }
    void keep() { made_.keep(); }

  private:
    Lease& lease_;
    const ObjectId id_ = ObjectId::random();
    MadeObjects made_{lease_, id_};
    CK_OBJECT_HANDLE object_;
    std::optional<CryptoRequest> right_;
};

/// Ends the test, whose session may have an active operation, and continues in another session.
void end(std::optional<TrialKey>& trial, Lease& lease) {
    trial.reset();
    lease.poison();
    lease.replace_poisoned();
}

/// The values that the token returns for wrong ciphertexts. Returns nothing when it does not decrypt a
/// correct one before and after them, since the values may then come from an outage. Where the token does not
/// end an operation, the test continues in another session.
std::optional<std::set<CK_RV>> answers_to_wrong_ones(Lease& lease, const CryptoRequest& like,
                                                     CK_OBJECT_HANDLE used, std::optional<TrialKey>& trial) {
    std::set<CK_RV> answers;
    std::vector<CryptoRequest> wrong = wrong_ones(lease, trial->object(), trial->right().value());
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        SecretBytes opened;
        const CK_RV value = run(lease, CryptoOperation::decrypt, trial->object(), wrong[i], opened);
        if (value == CKR_OK) continue;
        answers.insert(value);
        if (has_ended(lease, CryptoOperation::decrypt)) continue;
        end(trial, lease);
        trial.emplace(lease, like, used);
        if (!trial->opens()) return std::nullopt;
        wrong = wrong_ones(lease, trial->object(), trial->right().value());
    }
    return trial->opens() ? std::optional(std::move(answers)) : std::nullopt;
}

bool can_be_wrong(Scheme scheme) {
    return scheme == Scheme::gcm || scheme == Scheme::cbc_pad || scheme == Scheme::rsa_oaep ||
           scheme == Scheme::rsa_pkcs1_cipher;
}

}  // namespace

/// What was learned about one mechanism.
struct WrongCiphertext::Lesson {
    CK_OBJECT_HANDLE key;  ///< the session object; CK_INVALID_HANDLE when the key in use was tested
    CryptoRequest right;
    std::set<CK_RV> answers;  ///< to wrong ciphertexts
};

WrongCiphertext::Verdict WrongCiphertext::judge(Lease& lease, const CryptoRequest& failed,
                                                CK_OBJECT_HANDLE key, CK_RV value) {
    if (!can_be_wrong(failed.mechanism->scheme)) return Verdict::unknown;
    try {
        return judge_by_lesson(lease, failed, key, value);
    } catch (const TokenError&) {
        return Verdict::not_wrong;  // the error that led here says more
    }
}

WrongCiphertext::Verdict WrongCiphertext::judge_by_lesson(Lease& lease, const CryptoRequest& failed,
                                                          CK_OBJECT_HANDLE key, CK_RV value) {
    auto lesson = known(lease.epoch(), failed);
    if (!lesson) {
        const Lock alone(learning_);
        lesson = known(lease.epoch(), failed);  // another thread may have learned it during the wait
        if (!lesson) return learn(lease, failed, key, value);
    }
    return lesson->answers.contains(value) ? try_right_one(lease, failed, key, *lesson) : Verdict::not_wrong;
}

WrongCiphertext::Verdict WrongCiphertext::try_right_one(Lease& lease, const CryptoRequest& failed,
                                                        CK_OBJECT_HANDLE key, const Lesson& lesson) {
    if (lesson.key != CK_INVALID_HANDLE) {
        if (opens(lease, lesson.key, lesson.right)) return Verdict::wrong;
        // The object may have ended with the session that created it.
        lease.poison();
        lease.replace_poisoned();
    }
    for (const CK_OBJECT_HANDLE used : {CK_INVALID_HANDLE, key}) {
        if (used == CK_INVALID_HANDLE && lesson.key == CK_INVALID_HANDLE) continue;
        std::optional<TrialKey> trial;
        trial.emplace(lease, failed, used);
        if (trial->opens()) {
            if (used == CK_INVALID_HANDLE) {
                trial->keep();
                keep(lease.epoch(),
                     {.key = trial->object(), .right = copy_of(*trial->right()), .answers = lesson.answers});
            }
            return Verdict::wrong;
        }
        if (used != CK_INVALID_HANDLE && !trial->right()) return Verdict::unknown;
        end(trial, lease);
    }
    return Verdict::not_wrong;
}

std::shared_ptr<const WrongCiphertext::Lesson> WrongCiphertext::known(const Lease::Epoch& epoch,
                                                                      const CryptoRequest& failed) {
    const Lock lock(mutex_);
    const auto found = lessons_.find(Subject{failed.mechanism->name, failed.oaep_hash});
    return epoch_ == epoch && found != lessons_.end() ? found->second : nullptr;
}

// A token that makes a correct ciphertext and does not decrypt it is failing now, regardless of the value.
WrongCiphertext::Verdict WrongCiphertext::learn(Lease& lease, const CryptoRequest& failed,
                                                CK_OBJECT_HANDLE key, CK_RV value) {
    Verdict without_lesson = Verdict::unknown;
    for (const CK_OBJECT_HANDLE used : {CK_INVALID_HANDLE, key}) {
        std::optional<TrialKey> trial;
        trial.emplace(lease, failed, used);
        if (!trial->is_there()) continue;
        if (trial->right()) without_lesson = Verdict::not_wrong;
        if (trial->opens()) {
            if (auto answers = answers_to_wrong_ones(lease, failed, used, trial)) {
                const bool is_wrong = answers->contains(value);
                trial->keep();
                keep_new(lease.epoch(),
                         {.key = used == CK_INVALID_HANDLE ? trial->object() : CK_INVALID_HANDLE,
                          .right = copy_of(*trial->right()),
                          .answers = *std::move(answers)});
                return is_wrong ? Verdict::wrong : Verdict::not_wrong;
            }
        }
        end(trial, lease);
    }
    return without_lesson;
}

void WrongCiphertext::keep_new(const Lease::Epoch& epoch, Lesson lesson) {
    log::info("token.wrong_ciphertext_learnt", {{"label", LogContext::current()},
                                                {"mechanism", lesson.right.mechanism->name},
                                                {"answers", joined(lesson.answers, ", ", name_of)}});
    keep(epoch, std::move(lesson));
}

void WrongCiphertext::keep(const Lease::Epoch& epoch, Lesson lesson) {
    const Subject subject{lesson.right.mechanism->name, lesson.right.oaep_hash};
    const Lock lock(mutex_);
    if (epoch_ != epoch) lessons_.clear();
    epoch_ = epoch;
    lessons_.insert_or_assign(subject, std::make_shared<const Lesson>(std::move(lesson)));
}

}  // namespace keyward::hsm
