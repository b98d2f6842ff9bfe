#pragma once

#include "api/routes.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// Throws ServiceError (unsupported_media_type) unless the request's body has the media type that the route
/// reads, in UTF-8 and without content coding (RFC 9110 sections 8.3 and 8.4).
void require_media_type(const http::Request& request, Body body);

}  // namespace keyward::api
