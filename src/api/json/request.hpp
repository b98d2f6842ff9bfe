#pragma once

#include "api/json/json_body.hpp"
#include "api/query.hpp"
#include "api/routes.hpp"
#include "domain/change.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// Each octet of a body may occur in the document, in a decoded field, in a result and in the answer.
inline constexpr std::size_t copies_of_an_octet = 4;
/// Covers a value in the document and the error text about it.
inline constexpr std::size_t octets_of_a_value = 256;

/// Parses the JSON of a request, within the limits of its arrays, and reserves its share of the memory for
/// all requests. Throws MalformedJson, ServiceError (validation_failed, too_many_requests, overloaded).
Json read_json(RequestContext& context, std::span<const ArrayLimit> limits);

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
