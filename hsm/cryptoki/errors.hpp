#pragma once

#include <string>
#include <string_view>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// Interpretation of a CKR_ value (PKCS#11 2.40 section 5.1, 3.0 section 5.1).
struct RvInfo {
    CK_RV value;
    std::string_view name;  ///< for example `CKR_TEMPLATE_INCONSISTENT`
    TokenFault fault;
    std::string_view words;  ///< the reason in plain words, to be placed after a colon
};

/// Returns the interpretation of a CKR_ value when the call is not known. A value that is not in the table is
/// `unreachable`.
const RvInfo& meaning_of(CK_RV value);

/// Interpretation of a failed call. The same value means different things for different calls.
struct Failure {
    TokenPhase phase;
    TokenFault fault;
    std::string text;  ///< a sentence for the client
};

/// Interprets the CKR_ value of a call. All such interpretation happens here. Some calls take no argument
/// from a request (those that load the module, look for the token, open a session, log in or search): for
/// these no value is the client's fault.
Failure failure_of(std::string_view call, CK_RV value);

/// Returns the error for a failed call.
TokenError error_of(std::string_view call, CK_RV value);

/// Returns the value's name, or its number in hexadecimal when it is vendor-defined.
std::string name_of(CK_RV value);

/// Whether the value means that the object of a handle no longer exists.
bool is_gone(CK_RV value);

/// Whether this result of a C_…Init means that the token does not support the mechanism or these parameters.
/// SoftHSM2 rejects OAEP with SHA-256 as a bad argument.
bool is_not_offered(CK_RV value);

/// Whether the value means that the input of an operation is at fault.
bool is_about_input(CK_RV value);

/// Whether the standard defines the value for a ciphertext that can't be decrypted. A module may return other
/// values for that, and these values for other failures: see WrongCiphertext.
bool names_wrong_ciphertext(CK_RV value);

/// Whether the value means that the session is lost, rather than that the call failed.
bool is_lost_session(CK_RV value);

/// Returns the error of a call with another fault, for cases where the meaning of the CKR_ value depends on
/// what the token answered afterwards. `error` must have a CKR_ value. Its text stays where it describes the
/// call rather than the fault.
TokenError restated(const TokenError& error, TokenFault fault);

}  // namespace keyward::hsm
