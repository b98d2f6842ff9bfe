#include "hsm/operations/key_use.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_parameters.hpp"
#include "hsm/cryptoki/public_values.hpp"
#include "hsm/objects/attribute_query.hpp"
#include "keys/ec_curve.hpp"
#include "keys/public/public_operations.hpp"

namespace keyward::hsm {

using Kind = CryptoResult::Kind;

/// An operation, and the object and mechanism for it.
struct KeyUse::Job {
    CryptoOperation action;
    const CryptoRequest& operation;
    CK_OBJECT_HANDLE object;
    const MechanismCode& code;
};

namespace {

/// The flag that CK_MECHANISM_INFO must have for the action.
CK_FLAGS flag_of(CryptoOperation action) {
    switch (action) {
        case CryptoOperation::encrypt:
            return CKF_ENCRYPT;
        case CryptoOperation::decrypt:
            return CKF_DECRYPT;
        case CryptoOperation::sign:
            return CKF_SIGN;
        case CryptoOperation::verify:
            return CKF_VERIFY;
    }
    return 0;
}

/// The size of a key whose size the token does not report; larger than any supported one.
constexpr std::uint16_t unknown_size = UINT16_MAX;

std::size_t if_known(std::uint16_t size) {
    return size == unknown_size ? 0 : size;
}

/// Whether the input of an encryption is too long for the object's key. SoftHSM2 returns CKR_GENERAL_ERROR
/// for that, as for other failures.
bool is_too_long(Lease& lease, CK_OBJECT_HANDLE object, const CryptoRequest& operation) {
    const Scheme scheme = operation.mechanism->scheme;
    if (scheme != Scheme::rsa_oaep && scheme != Scheme::rsa_pkcs1_cipher) return false;
    AttributeQuery query;
    query.ask(CKA_MODULUS, room::modulus);
    if (!query.finds(lease, object)) return false;
    const int bits = static_cast<int>(8 * query.octets(CKA_MODULUS).size());
    return operation.input.size() > (scheme == Scheme::rsa_oaep
                                         ? keys::longest_oaep_message(bits, operation.oaep_hash)
                                         : keys::longest_pkcs1_message(bits));
}

bool is_there(Lease& lease, CK_OBJECT_HANDLE object) {
    AttributeQuery query;
    query.ask_number(CKA_CLASS);
    return object != CK_INVALID_HANDLE && query.finds(lease, object);
}

CryptoResult refusal(std::string_view why) {
    return {.kind = Kind::refused, .reason = "The token refuses the input: " + std::string(why)};
}

/// For a value that the standard defines for wrong ciphertexts, from a module known to return other values
/// for those.
[[noreturn]] void throw_misnamed(const CallResult& called) {
    log::warn("token.call_failed",
              {{"label", LogContext::current()}, {"call", called.name}, {"code", name_of(called.value)}});
    throw TokenError(restated(error_of(called.name, called.value), TokenFault::unreachable));
}

/// The result for a failure caused by the client's input; nothing for other failures.
std::optional<CryptoResult> outcome_of_input(CryptoOperation action, CK_RV value) {
    switch (action) {
        case CryptoOperation::decrypt:  // see outcome_of_failed_decryption
            break;
        case CryptoOperation::verify:
            if (value == CKR_SIGNATURE_INVALID || value == CKR_SIGNATURE_LEN_RANGE)
                return CryptoResult{.kind = Kind::failed};
            break;
        case CryptoOperation::encrypt:
        case CryptoOperation::sign:
            if (is_about_input(value)) return refusal(meaning_of(value).words);
            break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<CryptoResult> KeyUse::run(CryptoOperation action, const CryptoRequest& operation) {
    const Mechanism& mechanism = *operation.mechanism;
    if (action == CryptoOperation::verify && mechanism.scheme == Scheme::mac) return verify_mac(operation);
    if (is_public(mechanism, action)) return use_public_half(action, operation);
    if (handles_.secret_or_private == CK_INVALID_HANDLE) return std::nullopt;
    return use({.action = action,
                .operation = operation,
                .object = handles_.secret_or_private,
                .code = code_of(mechanism.id)});
}

std::optional<CryptoResult> KeyUse::use_public_half(CryptoOperation action, const CryptoRequest& operation) {
    const std::string& wanted = operation.public_key_sha256;
    if (!wanted.empty()) {
        // The result is not_offered only while an object of the key exists.
        if (handles_.absent_sha256 == wanted) {
            const bool has_own = handles_.secret_or_private != CK_INVALID_HANDLE;
            if (!is_there(lease_, has_own ? handles_.secret_or_private : handles_.public_key))
                return std::nullopt;
            return CryptoResult{.kind = Kind::not_offered};
        }
        if (handles_.public_key != CK_INVALID_HANDLE && handles_.public_key_sha256.empty())
            handles_.public_key_sha256 = public_key_sha256_of(lease_, handles_.public_key).value_or("");
        if (handles_.public_key_sha256 != wanted) return std::nullopt;
    }
    if (handles_.public_key == CK_INVALID_HANDLE) return std::nullopt;
    return use({.action = action,
                .operation = operation,
                .object = handles_.public_key,
                .code = code_of(operation.mechanism->id)});
}

std::optional<CryptoResult> KeyUse::verify_mac(const CryptoRequest& operation) {
    auto made = run(CryptoOperation::sign, operation);
    if (!made || made->kind != Kind::done) return made;
    const bool same = equal_secrets(made->output.reveal(), operation.signature);
    return CryptoResult{.kind = same ? Kind::done : Kind::failed};
}

std::optional<CryptoResult> KeyUse::use(const Job& job) {
    const CK_FLAGS flag = flag_of(job.action);
    const CryptoRequest& operation = job.operation;
    if (!operation.input_is_digest && mechanisms_.offers(job.code.code, flag)) {
        auto outcome = use_as(job, job.code.code, operation.input.reveal());
        if (!outcome || outcome->kind != Kind::not_offered) return outcome;
    }
    if (job.code.form == DigestForm::none || !mechanisms_.offers(job.code.instead, flag))
        return CryptoResult{.kind = Kind::not_offered};
    return use_as(job, job.code.instead, bare_input(job));
}

std::optional<CryptoResult> KeyUse::use_as(const Job& job, CK_MECHANISM_TYPE code, ByteView input,
                                           std::optional<CK_RV> before) {
    const bool makes = job.action != CryptoOperation::verify;
    const OutputLength length = makes ? length_of(job) : OutputLength{};
    MechanismParameters parameters(code, job.operation);
    const CallResult begun = init_operation(lease_, job.action, parameters.mechanism(), job.object);
    if (is_gone(begun.value)) return std::nullopt;
    if (is_not_offered(begun.value)) return CryptoResult{.kind = Kind::not_offered};
    // What needs the public key alone can be done without the token, unless the object is not made for it.
    const bool is_refused = meaning_of(begun.value).fault == TokenFault::refused;
    if (is_refused &&
        (!is_public(*job.operation.mechanism, job.action) || begun.value == CKR_KEY_FUNCTION_NOT_PERMITTED))
        check(begun.name, begun.value);
    if (!begun.succeeded()) return outcome_without_reason(job, begun);

    CryptoResult outcome;
    const CallResult done = makes ? run_operation(lease_, job.action, input, length, outcome.output)
                                  : run_verify(lease_, input, job.operation.signature);
    if (done.succeeded()) return outcome;
    if (job.action != CryptoOperation::decrypt || is_gone(done.value)) return outcome_of_failure(job, done);
    if (auto failed = outcome_of_failed_decryption(job, done, before)) return failed;
    // The failure may come from an outage that ends at this moment, and a correct ciphertext must not be
    // reported as wrong.
    return use_as(job, code, input, done.value);
}

// The meaning of a value is learned from this module. Where that is impossible, the standard's values apply.
// Returns nothing when the value may mean a wrong ciphertext: the second attempt then decides.
std::optional<CryptoResult> KeyUse::outcome_of_failed_decryption(const Job& job, const CallResult& done,
                                                                 std::optional<CK_RV> before) {
    resolve(job.action);
    if (before == done.value) return CryptoResult{.kind = Kind::failed};
    lease_.replace_poisoned();
    const WrongCiphertext::Verdict verdict = judge(job, done.value);
    const bool is_named = names_wrong_ciphertext(done.value);
    if (verdict == WrongCiphertext::Verdict::wrong && !before) {
        lease_.replace_poisoned();
        return std::nullopt;
    }
    if (verdict == WrongCiphertext::Verdict::wrong ||
        (verdict == WrongCiphertext::Verdict::unknown && is_named))
        return CryptoResult{.kind = Kind::failed};
    if (is_named) throw_misnamed(done);
    if (is_about_input(done.value)) return refusal(meaning_of(done.value).words);
    check(done.name, done.value);
    return std::nullopt;
}

WrongCiphertext::Verdict KeyUse::judge(const Job& job, CK_RV value) {
    if (wrong_ciphertext_ == nullptr) return WrongCiphertext::Verdict::unknown;
    return wrong_ciphertext_->judge(lease_, job.operation, job.object, value);
}

std::optional<CryptoResult> KeyUse::outcome_of_failure(const Job& job, const CallResult& done) {
    if (is_gone(done.value)) {
        lease_.poison();
        return std::nullopt;
    }
    auto outcome = outcome_of_input(job.action, done.value);
    if (!outcome) return outcome_without_reason(job, done);
    resolve(job.action);
    return outcome;
}

// An operation that needs only the public key can be done in software, so a token that fails at it does not
// fail the request.
CryptoResult KeyUse::outcome_without_reason(const Job& job, const CallResult& called) {
    if (!is_public(*job.operation.mechanism, job.action)) check(called.name, called.value);
    resolve(job.action);
    if (job.action == CryptoOperation::encrypt && is_too_long(lease_, job.object, job.operation))
        return refusal("it is too long for the key");
    log::warn("token.public_use_failed",
              {{"label", LogContext::current()}, {"call", called.name}, {"code", name_of(called.value)}});
    return {.kind = Kind::unanswered};
}

// A failure without a reason may be the token's own; a token that is gone fails this check too. Every failure
// gets the same checks, so that none takes longer than another.
void KeyUse::resolve(CryptoOperation action) {
    if (!has_ended(lease_, action)) lease_.poison();
    if (!lease_.sees_private_objects())
        throw TokenError(TokenFault::unreachable, "The session was lost while a key was used");
}

Bytes KeyUse::bare_input(const Job& job) {
    const Digest digest = job.operation.mechanism->digest.value();
    const ByteView input = job.operation.input.reveal();
    Bytes value =
        job.operation.input_is_digest ? Bytes(input.begin(), input.end()) : digest_of(digest, input);
    if (job.code.form == DigestForm::info) return digest_info(digest, value);
    if (job.code.form == DigestForm::leftmost)
        value.resize(std::min<std::size_t>(value.size(), order_bytes(job.object)));
    return value;
}

OutputLength KeyUse::length_of(const Job& job) {
    const Scheme scheme = job.operation.mechanism->scheme;
    KeySizes sizes;
    if (scheme == Scheme::ecdsa)
        sizes.order_bytes = if_known(order_bytes(job.object));
    else if (depends_on_key(scheme))
        sizes.modulus_bytes = if_known(modulus_bytes(job.object));
    return output_length(job.action, job.operation, sizes);
}

// Only the order of P-521 is not a whole number of octets, and it is longer than every digest.
std::uint16_t KeyUse::order_bytes(CK_OBJECT_HANDLE object) {
    if (handles_.order_bytes == 0) {
        AttributeQuery query;
        query.ask(CKA_EC_PARAMS, room::params);
        if (!query.finds(lease_, object)) return unknown_size;
        const auto key = ec_key_without_point(query.octets(CKA_EC_PARAMS));
        const auto* const on_curve = key ? std::get_if<keys::EcPublicKey>(&*key) : nullptr;
        handles_.order_bytes = on_curve == nullptr
                                   ? unknown_size
                                   : static_cast<std::uint16_t>(keys::facts_of(on_curve->curve).order_bytes);
    }
    return handles_.order_bytes;
}

std::uint16_t KeyUse::modulus_bytes(CK_OBJECT_HANDLE object) {
    if (handles_.modulus_bytes == 0) {
        AttributeQuery query;
        ask_rsa(query);
        if (!query.finds(lease_, object)) return unknown_size;
        const auto key = public_key_in(query, CKK_RSA);
        handles_.modulus_bytes =
            key ? static_cast<std::uint16_t>(std::get<keys::RsaPublicKey>(*key).modulus.size())
                : unknown_size;
    }
    return handles_.modulus_bytes;
}

}  // namespace keyward::hsm
