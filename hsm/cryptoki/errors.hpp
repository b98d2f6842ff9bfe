#pragma once

#include <string>
#include <string_view>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// What a CKR_ value means to us (PKCS#11 2.40 section 5.1, 3.0 section 5.1).
struct RvInfo {
    CK_RV value;
    std::string_view name;  ///< as `CKR_TEMPLATE_INCONSISTENT`
    TokenFault fault;
    std::string_view words;  ///< the reason in plain words, to follow a colon
};

/// What a CKR_ value means where the call is not known. A value that isn't in the table is `unreachable`.
const RvInfo& meaning_of(CK_RV value);

/// What a failed call means to us: the same value says other things of other calls.
struct Failure {
    TokenPhase phase;
    TokenFault fault;
    std::string text;  ///< a sentence for the client
};

/// The only place where the CKR_ values of calls are interpreted. Of a call whose arguments are ours alone
/// (it loads, looks for the token, opens a session, logs in, searches) no value is the client's fault.
Failure failure_of(std::string_view call, CK_RV value);

/// The error of a call that failed so.
TokenError error_of(std::string_view call, CK_RV value);

/// The value's name, or its number in hexadecimal when it is the vendor's own.
std::string name_of(CK_RV value);

/// Whether the value says that the object of a handle is not there any more.
bool is_gone(CK_RV value);

/// Whether a C_…Init that ends so says that the token lacks the mechanism, or takes no such parameters for
/// it: SoftHSM2 calls OAEP with SHA-256 a bad argument.
bool is_not_offered(CK_RV value);

/// Whether the value says that what was given to an operation is at fault.
bool is_about_input(CK_RV value);

/// Whether the standard has the value for a ciphertext that can't be opened. A module may give others for
/// that, and these for something else: see WrongCiphertext.
bool names_wrong_ciphertext(CK_RV value);

/// Whether the value says that a session, and not the call made in it, is at an end.
bool is_lost_session(CK_RV value);

/// The error of a call with another fault: what the CKR_ value means depends on what the token answered when
/// it was asked afterwards. `error` has a CKR_ value; where its sentence is of its call and not of the fault,
/// it stays.
TokenError restated(const TokenError& error, TokenFault fault);

}  // namespace keyward::hsm
