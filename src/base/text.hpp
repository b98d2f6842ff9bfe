#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace keyward {

/// Adds an item to a list in a sentence: `a`, `a, b` …
inline void append_item(std::string& list, std::string_view item, std::string_view separator = ", ") {
    if (!list.empty()) list += separator;
    list += item;
}

/// The items of a range in one text: `a, b, c`. `text` makes an item's text; it may be a pointer to a member.
template <typename Items, typename Text = std::identity>
std::string joined(const Items& items, std::string_view separator = ", ", const Text& text = {}) {
    std::string list;
    for (const auto& item : items)
        append_item(list, std::invoke(text, item), separator);
    return list;
}

/// Whether two texts are equal when the case of ASCII letters does not count.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// The meaning of a `+` in percent-encoded text: a space in forms and queries.
enum class Plus { literal, space };

/// Decodes percent-encoded text (RFC 3986 section 2.1) and passes each octet to `put`, so that the caller
/// chooses the memory: the text may be secret. Returns false, and stops, at a `%` that two hexadecimal digits
/// do not follow.
bool decode_percent(std::string_view text, Plus plus, const std::function<void(std::uint8_t)>& put);

/// Whether two hexadecimal digits follow every `%`.
bool percent_signs_are_whole(std::string_view text);

}  // namespace keyward
