#pragma once

#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/crypto_request.hpp"
#include "domain/errors.hpp"
#include "service/operations/use_call.hpp"

namespace keyward::service {

/// The encoding of a signature for the client.
enum class SignatureForm { as_it_is, der };

/// An operation that fits its key, and the encoding of its result.
struct CheckedRequest {
    CryptoRequest operation;
    SignatureForm form = SignatureForm::as_it_is;
};

/// What an operation is checked against.
struct UseRules {
    CryptoOperation action;
    const Key& key;
    const Deployment* deployment;  ///< null when sizes are unknown and therefore not checked
    bool legacy_allowed;
};

/// Checks one operation against the operations table and its key, generates the IV where none was sent, and
/// converts ciphertext and signature to the form that tokens take. Errors are added to `mistakes`; then the
/// result is unusable.
CheckedRequest check_operation(const UseRules& rules, OperationFields fields,
                               std::vector<FieldError>& mistakes);

/// The key's mechanisms that support this action and may be used, as a list for people.
std::string fitting_mechanisms(const UseRules& rules);

/// The client's result for an operation that succeeded.
UseResult successful_result(CryptoOperation action, const CryptoRequest& operation, SignatureForm form,
                            SecretBytes output);

}  // namespace keyward::service
