#pragma once

#include "base/secret_bytes.hpp"
#include "domain/mechanisms.hpp"
#include "hsm/cryptoki/output_length.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The last of the Cryptoki calls made for something, and what it answered.
struct CallResult {
    std::string_view name;  ///< as `C_SignInit`
    CK_RV value;
    [[nodiscard]] bool succeeded() const { return value == CKR_OK; }
};

/// C_EncryptInit, C_DecryptInit, C_SignInit, C_VerifyInit. One that fails leaves no operation behind.
CallResult init_operation(Lease& lease, CryptoOperation action, CK_MECHANISM& mechanism,
                          CK_OBJECT_HANDLE object);

/// C_Encrypt, C_Decrypt, C_Sign over all of the input, which may be empty. `output` becomes the result. It
/// gets the room of `length`, and more when the token wants more. Throws TokenFault::mismatch when the token
/// reports a length that the result can't have; the session can't be used any more then.
CallResult run_operation(Lease& lease, CryptoOperation action, ByteView input, const OutputLength& length,
                         SecretBytes& output);

/// C_Verify. An empty signature is given to the token as one of a single octet, which fits as little.
CallResult run_verify(Lease& lease, ByteView input, ByteView signature);

/// After `run_operation` or `run_verify` failed: whether the token has ended the operation, as it should
/// (PKCS#11 2.40 section 5.2). Costs a call. If not, the session can't be used any more.
bool has_ended(Lease& lease, CryptoOperation action);

}  // namespace keyward::hsm
