#pragma once

#include "api/fields.hpp"
#include "service/key_request.hpp"

namespace keyward::api {

/// Reads the body of a create-key call. What is wrong with it stands in `mistakes` afterwards.
service::CreateKeyRequest read_create_key(Json& body, Mistakes& mistakes);

}  // namespace keyward::api
