#include "settings/nesting.hpp"

#include <algorithm>
#include <string>

namespace keyward::settings {
namespace {

/// The size of the string at the beginning of a text, with its quotation marks; the whole text when it has no
/// end.
std::size_t string_size(std::string_view text) {
    const char quote = text.front();
    std::string mark(3, quote);
    if (!text.starts_with(mark)) mark.resize(1);
    std::size_t at = mark.size();
    while (at < text.size() && !text.substr(at).starts_with(mark))
        at += quote == '"' && text[at] == '\\' ? 2 : 1;
    at += mark.size();
    // Up to two quotation marks of a long string may stand right before its end.
    while (mark.size() > 1 && at < text.size() && text[at] == quote)
        ++at;
    return std::min(at, text.size());
}

/// The size of a string or a comment at the beginning of a text, otherwise 0.
std::size_t passive_size(std::string_view text) {
    if (text.front() == '"' || text.front() == '\'') return string_size(text);
    return text.front() == '#' ? std::min(text.find('\n'), text.size()) : 0;
}

Place place_at(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto line_begin = before.rfind('\n') + 1;  // 0 in the first line
    return {static_cast<std::uint_least32_t>(line), static_cast<std::uint_least32_t>(at - line_begin + 1)};
}

}  // namespace

std::optional<Place> place_nested_too_deep(std::string_view toml) {
    constexpr std::string_view ends_of_names = "=,[]{}\n";
    std::size_t open = 0;
    std::size_t dots = 0;
    for (std::size_t at = 0; at < toml.size();) {
        if (const auto passive = passive_size(toml.substr(at)); passive > 0) {
            at += passive;
            continue;
        }
        const char c = toml[at];
        if (c == '[' || c == '{') ++open;
        if ((c == ']' || c == '}') && open > 0) --open;
        if (c == '.') ++dots;
        if (ends_of_names.find(c) != std::string_view::npos) dots = 0;
        if (open > deepest_nesting || dots > deepest_nesting) return place_at(toml, at);
        ++at;
    }
    return std::nullopt;
}

}  // namespace keyward::settings
