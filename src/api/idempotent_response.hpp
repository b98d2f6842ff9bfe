#pragma once

#include "api/routes.hpp"
#include "service/idempotency/idempotent_requests.hpp"

namespace keyward::api {

/// The handler of a route whose requests may have an Idempotency-Key: repeats of one that was answered 200
/// get that answer again, with `Idempotent-Replayed: true`. Other answers and dry runs are not kept. It
/// throws ServiceError (validation_failed) on an Idempotency-Key that is none. `repeats` must outlive it.
Handler repeatable(service::IdempotentRequests& repeats, Handler handler);

}  // namespace keyward::api
