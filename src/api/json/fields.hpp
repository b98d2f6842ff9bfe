#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/json_body.hpp"
#include "domain/errors.hpp"

namespace keyward::api {

using Mistakes = std::vector<FieldError>;

/// Limits of a text field, in bytes of UTF-8.
struct TextRule {
    std::size_t min = 0;
    std::size_t max = 4096;
    bool control_characters = false;  ///< whether line breaks and other control characters are allowed
};

/// For a value of a closed list. The list itself is checked after the length, so that an error never repeats
/// a long text.
inline constexpr TextRule choice_rule{.min = 1, .max = 64};

/// Whether a body is a JSON object, as every body must be; if not, adds a mistake.
bool is_object(const Json& body, Mistakes& mistakes);

/// Reads the members of one JSON object and collects every mistake under its JSON pointer (RFC 6901). `null`
/// is the same as absent. Each member that is read is known; `finish` reports the others. Handlers access the
/// JSON only through this class. Borrows the list of mistakes and the object; moves secrets out of the
/// object.
class Fields {
  public:
    Fields(Json& object, std::string pointer, Mistakes& mistakes);

    /// A text, or nothing when it is absent or wrong. For a required text, absence is a mistake.
    std::optional<std::string> text(std::string_view name, const TextRule& rule);
    std::optional<std::string> required_text(std::string_view name, const TextRule& rule);
    /// A text whose bytes are moved out of the JSON.
    std::optional<SecretBytes> secret(std::string_view name);
    /// Octets in base64 (RFC 4648 section 4), moved out of the JSON. The empty text gives no octets.
    std::optional<SecretBytes> octets(std::string_view name);
    /// An array of texts.
    std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t min, std::size_t max);
    /// An array of objects, each read by `read(Fields&, index)`. Absence is a mistake.
    template <typename Read>
    void required_objects(std::string_view name, std::size_t min, std::size_t max, Read read) {
        Json* array = required_array(name, min, max);
        if (array == nullptr) return;
        for (std::size_t i = 0; i < array->size(); ++i) {
            const std::string place = pointer_of(name) + "/" + std::to_string(i);
            if (!(*array)[i].is_object()) {
                mistakes_.push_back({place, "must be an object"});
                continue;
            }
            Fields element((*array)[i], place, mistakes_);
            read(element, i);
            element.finish();
        }
    }

    /// Adds a mistake when the member is absent.
    void require(std::string_view name);
    /// Accepts members that clients read and post back; their values do not matter.
    void ignore(const std::vector<std::string_view>& names);
    /// Reports every member that was not read.
    void finish();

    void mistake(std::string_view name, const std::string& message);
    [[nodiscard]] const std::string& pointer() const { return pointer_; }
    [[nodiscard]] std::string pointer_of(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
    /// Whether the member is present and null, where that differs from absence.
    [[nodiscard]] bool is_null(std::string_view name) const;

  private:
    Json* find(std::string_view name);
    Json* find_required(std::string_view name);
    Json* required_array(std::string_view name, std::size_t min, std::size_t max);
    std::optional<std::string> checked_text(std::string_view name, const Json& value, const TextRule& rule);
    std::optional<SecretBytes> taken_secret(std::string_view name, Json& value);

    Json& object_;
    std::string pointer_;
    Mistakes& mistakes_;
    std::vector<std::string_view> known_;
};

}  // namespace keyward::api
