#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::api {

inline constexpr std::size_t most_form_parameters = 32;

/// Strict reader of an `application/x-www-form-urlencoded` body (the form encoding of the URL standard):
/// complete percent-encodings, UTF-8, no raw control characters, no empty pair, no duplicate name, at most 32
/// pairs. All of it is treated as secret, including the names: an ampersand that was not encoded turns half
/// of a password into a name.
class Form {
  public:
    /// Throws ServiceError (invalid_request), whose text quotes nothing of the body. An empty body has no
    /// parameters.
    explicit Form(const SecretBytes& body);

    /// The value, or null when the parameter is absent or empty (RFC 6749 section 3.2).
    [[nodiscard]] const SecretBytes* find(std::string_view name) const;
    /// The number of parameters with none of these names.
    [[nodiscard]] std::size_t count_others(std::initializer_list<std::string_view> names) const;

  private:
    void add(std::string_view pair);

    std::vector<std::pair<SecretBytes, SecretBytes>> parameters_;
};

}  // namespace keyward::api
