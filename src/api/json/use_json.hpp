#pragma once

#include <string>
#include <vector>

#include "service/operations/use_key.hpp"

namespace keyward::api {

/// The answer to a use of a key, in JSON. Written at once into the one text that goes out, because a
/// plaintext may stand in it: no document, no copies.
std::string use_answer(const std::vector<service::UseResult>& results, bool batch);

}  // namespace keyward::api
