#pragma once

#include "base/secret_bytes.hpp"
#include "domain/mechanisms.hpp"
#include "hsm/cryptoki/output_length.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The last Cryptoki call made for a task, and its result.
struct CallResult {
    std::string_view name;  ///< for example `C_SignInit`
    CK_RV value;
    [[nodiscard]] bool succeeded() const { return value == CKR_OK; }
};

/// C_EncryptInit, C_DecryptInit, C_SignInit or C_VerifyInit. A failed call leaves no operation active.
CallResult init_operation(Lease& lease, CryptoOperation action, CK_MECHANISM& mechanism,
                          CK_OBJECT_HANDLE object);

/// C_Encrypt, C_Decrypt or C_Sign over the whole input, which may be empty. `output` becomes the result. Its
/// buffer has the size given by `length`, and grows when the token asks for more. Throws TokenFault::mismatch
/// when the token reports a length that the result can't have; the session is then unusable.
CallResult run_operation(Lease& lease, CryptoOperation action, ByteView input, const OutputLength& length,
                         SecretBytes& output);

/// C_Verify. An empty signature is passed to the token as a single octet, which is no valid signature either.
CallResult run_verify(Lease& lease, ByteView input, ByteView signature);

/// To be called after `run_operation` or `run_verify` failed. Returns whether the token has ended the
/// operation, as PKCS#11 2.40 section 5.2 requires. Costs a call. If it returns false, the session is
/// unusable.
bool has_ended(Lease& lease, CryptoOperation action);

}  // namespace keyward::hsm
