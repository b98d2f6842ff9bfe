#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/secret_bytes.hpp"

namespace keyward::api {

using Json = nlohmann::json;

/// Why a body is no JSON of ours; the text tells where.
class MalformedJson : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// How many entries the array of one member of the outermost object may have.
struct ArrayLimit {
    std::string_view member;
    std::size_t min;
    std::size_t max;
};

inline constexpr std::size_t most_array_entries = 1000;  ///< of an array without a limit of its own
inline constexpr std::size_t most_object_members = 64;
inline constexpr std::size_t most_json_values = 16'384;  ///< of a whole text, containers among them

/// Looks through a JSON text as `parse_json` does, without building anything, and counts its values: a text
/// of 1 MiB may stand for a document of 40. Throws MalformedJson, and ServiceError (validation_failed) when
/// the text is well-formed but has more of something than the limits allow. Duplicate members are left to
/// `parse_json`.
std::size_t count_json_values(const SecretBytes& body, std::span<const ArrayLimit> limits);

/// Reads a JSON text (RFC 8259) strictly: no duplicate members, no invalid UTF-8, no byte order mark, nothing
/// after it, and not nested deeper than 32. Throws MalformedJson, whose text quotes nothing of the body,
/// since that may be key material.
Json parse_json(const SecretBytes& body);

}  // namespace keyward::api
