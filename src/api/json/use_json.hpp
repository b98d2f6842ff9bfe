#pragma once

#include <string>
#include <vector>

#include "service/operations/use_key.hpp"

namespace keyward::api {

/// The JSON answer to a use of a key. Written directly into the text that is sent, without a document or
/// copies, because it may hold a plaintext.
std::string use_answer(const std::vector<service::UseResult>& results, bool batch);

}  // namespace keyward::api
