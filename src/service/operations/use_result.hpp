#pragma once

#include "service/operations/use_call.hpp"
#include "service/operations/use_request.hpp"

namespace keyward::service {

/// The client's result for an operation that succeeded.
UseResult successful_result(CryptoOperation action, const CryptoRequest& operation, SignatureForm form,
                            SecretBytes output);

}  // namespace keyward::service
