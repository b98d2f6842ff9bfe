#pragma once

#include "api/routes.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// Throws ServiceError (unsupported_media_type) unless the request's body is sent as the route reads it, in
/// UTF-8 and unencoded (RFC 9110 sections 8.3 and 8.4).
void require_media_type(const http::Request& request, Body body);

}  // namespace keyward::api
