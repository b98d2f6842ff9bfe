#pragma once

#include "api/json/json_body.hpp"
#include "api/routes.hpp"

namespace keyward::api {

/// Parses the JSON of a request, within the limits of its arrays, and reserves its share of the memory for
/// all requests. Throws MalformedJson, ServiceError (validation_failed, too_many_requests, overloaded).
Json read_json(RequestContext& context, std::span<const ArrayLimit> limits);

}  // namespace keyward::api
