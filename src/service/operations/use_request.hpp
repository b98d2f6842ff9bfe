#pragma once

#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/crypto_request.hpp"
#include "domain/errors.hpp"
#include "service/operations/use_call.hpp"

namespace keyward::service {

/// How a signature is written for the client.
enum class SignatureForm { as_it_is, der };

/// An operation that is right for its key, and how its result is to be told.
struct CheckedRequest {
    CryptoRequest operation;
    SignatureForm form = SignatureForm::as_it_is;
};

/// What an operation is checked against.
struct UseRules {
    CryptoOperation action;
    const Key& key;
    const Deployment* deployment;  ///< null when sizes can't be known: then they are not checked
    bool legacy_allowed;
};

/// Checks one operation against the operations table and its key, makes the IV where none was sent, and
/// brings ciphertext and signature into the form that tokens take. What is wrong is added to `mistakes`; then
/// the result is of no use.
CheckedRequest check_operation(const UseRules& rules, OperationFields fields,
                               std::vector<FieldError>& mistakes);

/// The key's mechanisms that are for this action and may be used, as a list for people.
std::string fitting_mechanisms(const UseRules& rules);

}  // namespace keyward::service
