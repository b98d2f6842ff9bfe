#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/secret_bytes.hpp"

namespace keyward::api {

using Json = nlohmann::json;

/// The body is not acceptable JSON. The text says where.
class MalformedJson : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Bounds on the number of entries in an array that is a member of the outermost object.
struct ArrayLimit {
    std::string_view member;
    std::size_t min;
    std::size_t max;
};

inline constexpr std::size_t most_array_entries = 1000;  ///< for an array without its own limit
inline constexpr std::size_t most_object_members = 64;
inline constexpr std::size_t most_json_values = 16'384;  ///< in a whole text, including containers
inline constexpr std::size_t most_json_depth = 32;

/// Parses a JSON text as `parse_json` does, without building anything, and counts its values: a text of 1 MiB
/// may expand to a document of 40 MiB. Throws MalformedJson, and ServiceError (validation_failed) when the
/// text is well-formed but exceeds a limit. Leaves duplicate members to `parse_json`.
std::size_t count_json_values(const SecretBytes& body, std::span<const ArrayLimit> limits);

/// Strict reader of a JSON text (RFC 8259): no duplicate members, no invalid UTF-8, no byte order mark, no
/// trailing octets, nesting depth at most 32. Throws MalformedJson, whose text quotes nothing of the body,
/// because the body may be key material.
Json parse_json(const SecretBytes& body);

}  // namespace keyward::api
