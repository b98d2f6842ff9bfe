#include "api/cursor.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace keyward::api {

std::string cursor_of_name(const std::string& name) {
    std::string text = to_base64(as_bytes(name));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

std::optional<std::string> name_of_cursor(const std::string& cursor) {
    std::string text = cursor;
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    const auto octets = from_base64(text);
    if (!octets || octets->empty()) return std::nullopt;
    std::string name(octets->reveal().begin(), octets->reveal().end());
    if (!is_utf8(name) || name.find('\0') != std::string::npos || cursor_of_name(name) != cursor)
        return std::nullopt;
    return name;
}

}  // namespace keyward::api
