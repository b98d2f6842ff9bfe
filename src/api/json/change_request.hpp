#pragma once

#include "api/query.hpp"
#include "api/routes.hpp"
#include "domain/deployment_report.hpp"
#include "domain/request_origin.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// Common parts of all calls that change a key.

/// The query parameters of a change.
struct ChangeOptions {
    bool roll_back = false;
    bool dry_run = false;
};

/// Reads `onFailure=rollback` and `dryRun=true`. Accepts parameters of older clients that have no effect
/// here.
ChangeOptions read_change_options(const QueryParameters& parameters, Mistakes& mistakes);

/// For removals: the query and body may hold what older clients send, but no option that has an effect.
/// Throws ServiceError (validation_failed), MalformedJson.
void refuse_removal_options(RequestContext& context);

/// The user who sent the request, and its Idempotency-Key.
Origin origin_of(const RequestContext& context);

/// The answer to a change.
http::Response answer_of(const DeploymentReport& report);

}  // namespace keyward::api
