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

/// The use of one key's objects in one lease. For one thread.
class KeyUse {
  public:
    /// All but the handles are borrowed.
    /// Without `wrong_ciphertext` a decryption that fails for no reason given throws, and the standard's
    /// names for wrong ciphertexts are believed.
    KeyUse(Lease& lease, const MechanismList& offered, KeyHandles handles,
           WrongCiphertext* wrong_ciphertext = nullptr)
        : lease_(lease),
          offered_(offered),
          handles_(std::move(handles)),
          wrong_ciphertext_(wrong_ciphertext) {}

    /// What comes of one operation; nothing when the object is gone, was never there, or is a public one of
    /// another key than the operation's: a search is needed then. What fails because of
    /// what it was given is an outcome, and leaves the lease with a session that can be used, or poisoned.
    /// Everything else throws.
    std::optional<CryptoResult> run(CryptoOperation action, const CryptoRequest& operation);

    /// As they were given, and what was learned of them meanwhile.
    [[nodiscard]] const KeyHandles& handles() const { return handles_; }

  private:
    struct Job;

    std::optional<CryptoResult> use_public_half(CryptoOperation action, const CryptoRequest& operation);
    std::optional<CryptoResult> use(const Job& job);
    /// `before`: with what the same decryption failed a moment ago.
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
    const MechanismList& offered_;
    KeyHandles handles_;
    WrongCiphertext* wrong_ciphertext_;
};

}  // namespace keyward::hsm
