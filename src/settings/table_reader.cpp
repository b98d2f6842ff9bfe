#include "settings/table_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/client_text.hpp"
#include "settings/values.hpp"

namespace keyward::settings {
namespace {

constexpr std::size_t longest_shown = 60;

/// The first octets of a text, without half a character at their end.
std::string_view beginning_of(std::string_view text, std::size_t longest) {
    std::size_t size = std::min(text.size(), longest);
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        --size;
    return text.substr(0, size);
}

/// The text with question marks, when it has control characters or is not UTF-8.
std::string printable(std::string_view text) {
    std::string characters{text};
    if (!is_utf8(text) || has_control_characters(text))
        std::ranges::replace_if(
            characters, [](char c) { return c < ' ' || c > '~'; }, '?');
    return characters;
}

std::string in_quotes(std::string_view text) {
    const auto beginning = beginning_of(text, longest_shown);
    return '"' + printable(beginning) + (beginning.size() < text.size() ? "\"…" : "\"");
}

// The library gives the place of the value; the name is before it on the same line.
Place place_of_name(const std::string& key, const toml::value& value) {
    const auto location = value.location();
    const auto before = location.line_str().substr(0, location.column() - 1);
    const auto found = before.rfind(key);
    if (found == std::string::npos) return place_of(value);
    return {location.line(), static_cast<std::uint_least32_t>(found + 1)};
}

}  // namespace

std::string shown(std::string_view text, std::size_t longest) {
    const auto beginning = beginning_of(text, longest);
    return printable(beginning) + (beginning.size() < text.size() ? "…" : "");
}

Place place_of(const toml::value& value) {
    const auto location = value.location();
    return {location.line(), location.column()};
}

std::string described(const toml::value& value) {
    switch (value.type()) {
        case toml::value_t::boolean:
            return value.as_boolean() ? "true" : "false";
        case toml::value_t::integer:
            return std::to_string(value.as_integer());
        case toml::value_t::floating:
            return "a number with a fraction";
        case toml::value_t::string:
            return in_quotes(value.as_string().str);
        case toml::value_t::array:
            return "an array";
        case toml::value_t::table:
            return "a table";
        case toml::value_t::empty:
            return "nothing";
        case toml::value_t::offset_datetime:
        case toml::value_t::local_datetime:
        case toml::value_t::local_date:
        case toml::value_t::local_time:
            return "a date or time";
    }
    return "something else";
}

TableReader::TableReader(const toml::value& table, std::string name, std::vector<Mistake>& mistakes)
    : table_(table), name_(std::move(name)), mistakes_(mistakes) {}

const toml::value* TableReader::find(const std::string& key) {
    known_.push_back(key);
    const auto& entries = table_.as_table();
    const auto entry = entries.find(key);
    return entry == entries.end() ? nullptr : &entry->second;
}

void TableReader::add(const std::string& key, const std::string& text) {
    const auto& entries = table_.as_table();
    const auto entry = entries.find(key);
    mistakes_.push_back(
        {place_of(entry == entries.end() ? table_ : entry->second), name_ + key + ' ' + text});
}

void TableReader::refuse(const std::string& key, const toml::value& value, const std::string& expected,
                         bool shown) {
    const bool may_be_secret = !shown && value.is_string();
    add(key,
        "is " +
            (may_be_secret ? "a text that is not shown, because it may contain a secret" : described(value)) +
            "; expected " + expected);
}

void TableReader::finish() {
    for (const auto& [key, value] : table_.as_table()) {
        if (std::ranges::find(known_, key) != known_.end()) continue;
        const auto nearest = nearest_name(key, known_);
        std::string text = name_ + shown(key, longest_shown) + " is not a setting; ";
        if (nearest.empty())
            text += "remove it";
        else
            text.append("did you mean ").append(name_).append(nearest).append("?");
        mistakes_.push_back({place_of_name(key, value), std::move(text)});
    }
}

}  // namespace keyward::settings
