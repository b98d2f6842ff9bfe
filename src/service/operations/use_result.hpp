#pragma once

#include "service/operations/use_call.hpp"
#include "service/operations/use_request.hpp"

namespace keyward::service {

/// How an operation that succeeded is told to the client.
UseResult successful_result(CryptoOperation action, const CryptoRequest& operation, SignatureForm form,
                            SecretBytes output);

}  // namespace keyward::service
