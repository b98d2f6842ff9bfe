#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml.hpp>

#include "settings/mistakes.hpp"

namespace keyward::settings {

/// What a setting may be: in words for the person who wrote it, and as a function that reads it or returns
/// nothing.
template <typename T>
struct Form {
    std::string expected;
    std::function<std::optional<T>(const toml::value&)> read;
    bool shown = true;  ///< false when what was found may be a secret
};

Place place_of(const toml::value& value);

/// What was found, in words: a quoted text, a number, or the kind of thing it is.
std::string described(const toml::value& value);

/// One table of the file while it is read. It keeps what is wrong in the `mistakes` it was given and goes on.
/// Both the table and the mistakes must outlive it.
class TableReader {
  public:
    /// `name` stands before each setting's name in the mistakes.
    TableReader(const toml::value& table, std::string name, std::vector<Mistake>& mistakes);
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;
    TableReader(TableReader&&) = delete;
    TableReader& operator=(TableReader&&) = delete;
    ~TableReader() = default;

    /// Leaves `target` as it is when the setting is not there or wrong.
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

    /// A mistake that only the settings together show, at the setting's place or, without one, at the
    /// table's.
    void add(const std::string& key, const std::string& text);

    /// A table or array that is read by other means: only says that the name is known.
    const toml::value* find(const std::string& key);

    /// Everything in the table that nobody asked for is a mistake.
    void finish();

  private:
    void refuse(const std::string& key, const toml::value& value, const std::string& expected, bool shown);

    const toml::value& table_;
    std::string name_;
    std::vector<Mistake>& mistakes_;
    std::vector<std::string> known_;
};

}  // namespace keyward::settings
