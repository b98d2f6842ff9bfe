#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace keyward::api {

/// An `application/x-www-form-urlencoded` body (the form encoding of the URL standard), read strictly: whole
/// percent-encodings, UTF-8, no raw control characters, no empty pair, no name twice, at most 32 pairs. All
/// of it is taken for secret, the names too: an ampersand that was not encoded makes one out of half a
/// password.
class Form {
  public:
    /// Throws ServiceError (invalid_request), whose text quotes nothing of the body. An empty body has no
    /// parameters.
    explicit Form(const SecretBytes& body);

    /// The value; null when the parameter is absent or empty (RFC 6749 section 3.2).
    [[nodiscard]] const SecretBytes* find(std::string_view name) const;
    /// How many parameters have none of these names.
    [[nodiscard]] std::size_t count_others(std::initializer_list<std::string_view> names) const;

  private:
    void add(std::string_view pair);

    std::vector<std::pair<SecretBytes, SecretBytes>> parameters_;
};

}  // namespace keyward::api
