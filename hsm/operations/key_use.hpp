#pragma once

#include <optional>
#include <utility>

#include "domain/crypto_request.hpp"
#include "hsm/cryptoki/output_length.hpp"
#include "hsm/objects/object_handle_cache.hpp"
#include "hsm/operations/mechanism_info_cache.hpp"
#include "hsm/operations/wrong_ciphertext.hpp"
#include "hsm/session/crypto_functions.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Uses one key's objects in one lease. Not thread-safe.
class KeyUse {
  public:
    /// All arguments but the handles are borrowed. Without `wrong_ciphertext`, a decryption that fails
    /// without a reason throws, and the standard's codes for wrong ciphertexts are trusted.
    KeyUse(Lease& lease, const MechanismList& mechanisms, KeyHandles handles,
           WrongCiphertext* wrong_ciphertext = nullptr)
        : lease_(lease),
          mechanisms_(mechanisms),
          handles_(std::move(handles)),
          wrong_ciphertext_(wrong_ciphertext) {}

    /// Runs one operation. Returns nothing when the object does not exist or is the public object of another
    /// key than the operation names: a search is needed then. A failure caused by the input is a result, and
    /// leaves the lease with a usable session, or poisoned. Every other failure throws.
    std::optional<CryptoResult> run(CryptoOperation action, const CryptoRequest& operation);

    /// The handles passed to the constructor, with what was learned about them since.
    [[nodiscard]] const KeyHandles& handles() const { return handles_; }

  private:
    struct Job;

    std::optional<CryptoResult> use_public_half(CryptoOperation action, const CryptoRequest& operation);
    std::optional<CryptoResult> use(const Job& job);
    /// `before`: the value with which the same decryption failed a moment ago.
    std::optional<CryptoResult> use_as(const Job& job, CK_MECHANISM_TYPE code, ByteView input,
                                       std::optional<CK_RV> before = {});
    std::optional<CryptoResult> outcome_of_failed_decryption(const Job& job, const CallResult& done,
                                                             std::optional<CK_RV> before);
    WrongCiphertext::Verdict judge(const Job& job, CK_RV value);
    std::optional<CryptoResult> verify_mac(const CryptoRequest& operation);
    std::optional<CryptoResult> outcome_of_failure(const Job& job, const CallResult& done);
    CryptoResult outcome_without_reason(const Job& job, const CallResult& called);
    void resolve(CryptoOperation action);
    Bytes bare_input(const Job& job);
    OutputLength length_of(const Job& job);
    std::uint16_t order_bytes(CK_OBJECT_HANDLE object);
    std::uint16_t modulus_bytes(CK_OBJECT_HANDLE object);

    Lease& lease_;
    const MechanismList& mechanisms_;
    KeyHandles handles_;
    WrongCiphertext* wrong_ciphertext_;
};

}  // namespace keyward::hsm
