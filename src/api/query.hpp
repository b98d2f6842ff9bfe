#pragma once

#include "api/json/fields.hpp"
#include "api/routes.hpp"

namespace keyward::api {

/// Reads the query of a request and collects its mistakes together with the body's; each has the pointer
/// `?name`.
class Query {
  public:
    /// Reports unknown parameters and duplicates.
    Query(const QueryParameters& parameters, const std::vector<std::string_view>& known, Mistakes& mistakes);

    /// The value, which must be one of `choices`; nothing when it is absent or wrong.
    std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> choices);
    /// A text of 1 to `max` bytes.
    std::optional<std::string> text(std::string_view name, std::size_t max);
    /// A whole number between the limits.
    std::optional<std::size_t> number(std::string_view name, std::size_t min, std::size_t max);
    /// `true` or `false`; false when absent.
    bool flag(std::string_view name);

    void mistake(std::string_view name, const std::string& message);

  private:
    [[nodiscard]] const std::string* find(std::string_view name) const;

    const QueryParameters& parameters_;
    Mistakes& mistakes_;
};

/// For routes without query parameters. Throws ServiceError (validation_failed) when there is one.
void refuse_query(const QueryParameters& parameters);

}  // namespace keyward::api
