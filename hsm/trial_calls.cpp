#include "hsm/trial_calls.hpp"

namespace keyward::hsm {
namespace {

constexpr std::size_t longest_result = 16384 / 8;

using Init = CK_RV (*)(CK_SESSION_HANDLE, CK_MECHANISM_PTR, CK_OBJECT_HANDLE);
using OneShot = CK_RV (*)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR);

CK_BYTE* unconst(ByteView octets) {
    return const_cast<CK_BYTE*>(octets.data());
}  // Cryptoki's inputs are not const

/// The first candidate whose Init the token accepts. One that is refused leaves no operation behind.
const Candidate* begin_first(Lease& lease, std::string_view call, Init init, CK_OBJECT_HANDLE object,
                             std::span<const Candidate> candidates) {
    for (const Candidate& candidate : candidates) {
        CK_MECHANISM mechanism{candidate.code, candidate.parameter.data(), candidate.parameter.size()};
        const CK_RV value = init(lease.session(), &mechanism, object);
        if (value == CKR_MECHANISM_INVALID || value == CKR_MECHANISM_PARAM_INVALID) continue;
        check_use(call, value);
        return &candidate;
    }
    return nullptr;
}

}  // namespace

std::optional<Bytes> sign_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates) {
    const Functions& p11 = lease.p11();
    const Candidate* const chosen = begin_first(lease, "C_SignInit", p11.C_SignInit, object, candidates);
    if (chosen == nullptr) return std::nullopt;
    Bytes result(longest_result);
    CK_ULONG size = result.size();
    CK_RV value =
        p11.C_Sign(lease.session(), unconst(chosen->input), chosen->input.size(), result.data(), &size);
    // A remote module hands an input of no octets on as a null pointer, which SoftHSM2 refuses while the
    // operation stays active.
    if (value == CKR_ARGUMENTS_BAD && chosen->input.empty()) {
        size = result.size();
        value = p11.C_SignFinal(lease.session(), result.data(), &size);
    }
    check_use("C_Sign", value);
    result.resize(size);
    return result;
}

namespace {

std::optional<Bytes> apply(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates,
                           std::string_view init_name, Init init, std::string_view name, OneShot one_shot) {
    const Candidate* const chosen = begin_first(lease, init_name, init, object, candidates);
    if (chosen == nullptr) return std::nullopt;
    Bytes result(longest_result);
    CK_ULONG size = result.size();
    check_use(name,
              one_shot(lease.session(), unconst(chosen->input), chosen->input.size(), result.data(), &size));
    result.resize(size);
    return result;
}

}  // namespace

std::optional<Bytes> encrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates) {
    return apply(lease, object, candidates, "C_EncryptInit", lease.p11().C_EncryptInit, "C_Encrypt",
                 lease.p11().C_Encrypt);
}

std::optional<Bytes> decrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates) {
    return apply(lease, object, candidates, "C_DecryptInit", lease.p11().C_DecryptInit, "C_Decrypt",
                 lease.p11().C_Decrypt);
}

std::optional<CK_RV> verify_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates,
                                 ByteView signature) {
    const Functions& p11 = lease.p11();
    const Candidate* const chosen = begin_first(lease, "C_VerifyInit", p11.C_VerifyInit, object, candidates);
    if (chosen == nullptr) return std::nullopt;
    return p11.C_Verify(lease.session(), unconst(chosen->input), chosen->input.size(), unconst(signature),
                        signature.size());
}

}  // namespace keyward::hsm
