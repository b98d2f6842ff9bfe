#pragma once

#include "api/query.hpp"
#include "api/routes.hpp"
#include "domain/deployment_report.hpp"
#include "domain/request_origin.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// What all calls that change a key have in common.

/// The query parameters that a change may have.
struct ChangeOptions {
    bool roll_back = false;
    bool dry_run = false;
};

/// `onFailure=rollback` and `dryRun=true`, beside parameters of older clients that mean nothing here.
ChangeOptions read_change_options(const QueryParameters& parameters, Mistakes& mistakes);

/// For removals, whose query and body may hold what older clients send, and nothing that we act on. Throws
/// ServiceError (validation_failed), MalformedJson.
void refuse_removal_options(RequestContext& context);

/// Who sent the request, and under which Idempotency-Key.
Origin origin_of(const RequestContext& context);

/// The answer of a change.
http::Response answer_of(const DeploymentReport& report);

}  // namespace keyward::api
