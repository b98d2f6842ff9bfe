#include "hsm/cryptoki/errors.hpp"
#include "hsm/import/key_self_test.hpp"
#include "hsm/session/crypto_functions.hpp"

namespace keyward::hsm {
namespace {

/// Returns the first candidate whose Init call the token accepts.
const Candidate* begin_first(Lease& lease, CryptoOperation action, CK_OBJECT_HANDLE object,
                             std::span<const Candidate> candidates) {
    for (const Candidate& candidate : candidates) {
        CK_MECHANISM mechanism{.mechanism = candidate.code,
                               .pParameter = candidate.parameter.data(),
                               .ulParameterLen = candidate.parameter.size()};
        const CallResult begun = init_operation(lease, action, mechanism, object);
        if (is_not_offered(begun.value)) continue;
        check(begun.name, begun.value);
        return &candidate;
    }
    return nullptr;
}

std::optional<Bytes> apply(Lease& lease, CryptoOperation action, CK_OBJECT_HANDLE object,
                           std::span<const Candidate> candidates) {
    const Candidate* const chosen = begin_first(lease, action, object, candidates);
    if (chosen == nullptr) return std::nullopt;
    SecretBytes result;
    const CallResult done = run_operation(lease, action, chosen->input, chosen->length, result);
    check(done.name, done.value);
    const ByteView octets = result.reveal();
    return Bytes(octets.begin(), octets.end());
}

}  // namespace

std::optional<Bytes> sign_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates) {
    return apply(lease, CryptoOperation::sign, object, candidates);
}

std::optional<Bytes> encrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates) {
    return apply(lease, CryptoOperation::encrypt, object, candidates);
}

std::optional<Bytes> decrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates) {
    return apply(lease, CryptoOperation::decrypt, object, candidates);
}

std::optional<CK_RV> verify_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates,
                                 ByteView signature) {
    const Candidate* const chosen = begin_first(lease, CryptoOperation::verify, object, candidates);
    if (chosen == nullptr) return std::nullopt;
    return run_verify(lease, chosen->input, signature).value;
}

}  // namespace keyward::hsm
