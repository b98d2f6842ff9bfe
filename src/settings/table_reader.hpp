#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml.hpp>

#include "settings/mistakes.hpp"

namespace keyward::settings {

/// The form of a setting: a description for the author of the file, and a function that reads the value or
/// returns nothing.
template <typename T>
struct Form {
    std::string expected;
    std::function<std::optional<T>(const toml::value&)> read;
    bool shown = true;  ///< false when the value may be a secret
};

Place place_of(const toml::value& value);

/// The first octets of a text of the file as they are shown to people: with an ellipsis when there are more,
/// and with question marks when they have control characters or are not UTF-8.
std::string shown(std::string_view text, std::size_t longest);

/// Describes a value: a quoted text, a number, or its type.
std::string described(const toml::value& value);

/// Reads one table of the file. Adds mistakes to `mistakes` and continues. Both the table and the mistakes
/// must outlive it.
class TableReader {
  public:
    /// Mistakes show `name` in front of each setting's name.
    TableReader(const toml::value& table, std::string name, std::vector<Mistake>& mistakes);
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;
    TableReader(TableReader&&) = delete;
    TableReader& operator=(TableReader&&) = delete;
    ~TableReader() = default;

    /// Leaves `target` unchanged when the setting is absent or wrong.
    template <typename T>
    void optional(const std::string& key, T& target, const Form<T>& form) {
        const toml::value* const value = find(key);
        if (value == nullptr) return;
        if (auto read = form.read(*value))
            target = std::move(*read);
        else
            refuse(key, *value, form.expected, form.shown);
    }

    /// The same, and its absence is a mistake.
    template <typename T>
    void required(const std::string& key, T& target, const Form<T>& form) {
        if (find(key) == nullptr) add(key, "is missing; expected " + form.expected);
        optional(key, target, form);
    }

    /// Adds a mistake in a combination of settings, at the setting's place or, without one, at the table's.
    void add(const std::string& key, const std::string& text);

    /// Marks the name as known, for a table or array that the caller reads itself.
    const toml::value* find(const std::string& key);

    /// Reports every name in the table that was not read.
    void finish();

  private:
    void refuse(const std::string& key, const toml::value& value, const std::string& expected, bool shown);

    const toml::value& table_;
    std::string name_;
    std::vector<Mistake>& mistakes_;
    std::vector<std::string> known_;
};

}  // namespace keyward::settings
