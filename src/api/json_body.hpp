#pragma once

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "core/secret_bytes.hpp"

namespace keyward::api {

using Json = nlohmann::json;

/// Why a body is no JSON of ours; the text tells where.
class MalformedJson : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Reads a JSON text (RFC 8259) strictly: no duplicate members, no invalid UTF-8, no byte order mark, nothing
/// after it, and not nested deeper than 32. Throws MalformedJson, whose text quotes nothing of the body,
/// since that may be key material.
Json parse_json(const SecretBytes& body);

}  // namespace keyward::api
