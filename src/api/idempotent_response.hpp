#pragma once

#include "api/routes.hpp"
#include "service/idempotency/idempotent_requests.hpp"

namespace keyward::api {

/// Makes a handler for a route that accepts an Idempotency-Key. A repeat of a request that was answered with
/// 200 gets the same answer again, with `Idempotent-Replayed: true`. Other answers and dry runs are not
/// stored. The handler throws ServiceError (validation_failed) for an invalid Idempotency-Key. `repeats` must
/// outlive it.
Handler repeatable(service::IdempotentRequests& repeats, Handler handler);

}  // namespace keyward::api
