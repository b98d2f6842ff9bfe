#pragma once

#include "api/json/json_body.hpp"
#include "api/routes.hpp"

namespace keyward::api {

/// The JSON of a request, within the limits of its arrays, and with its share of the memory that there is for
/// all requests. Throws MalformedJson, ServiceError (validation_failed, too_many_requests, overloaded).
Json read_json(RequestContext& context, std::span<const ArrayLimit> limits);

}  // namespace keyward::api
