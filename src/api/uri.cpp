#include "api/uri.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "base/client_text.hpp"
#include "base/text.hpp"

namespace keyward::api {
namespace {

template <typename Take>
bool each_part(std::string_view text, char separator, Take take) {
    while (true) {
        const auto end = text.find(separator);
        if (!take(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::string> decoded_text(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    if (!decode_percent(text, plus, [&](std::uint8_t octet) { decoded += static_cast<char>(octet); }) ||
        !is_utf8(decoded) || has_control_characters(decoded))
        return std::nullopt;
    return decoded;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    return decoded_text(text, Plus::literal);
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    std::vector<std::string> segments;
    if (path.empty()) return segments;
    const bool whole = each_part(path, '/', [&](std::string_view part) {
        auto decoded = percent_decode(part);
        if (!decoded || decoded->empty()) return false;
        segments.push_back(*std::move(decoded));
        return true;
    });
    if (!whole) return std::nullopt;
    return segments;
}

std::optional<QueryParameters> query_parameters(std::string_view query) {
    QueryParameters parameters;
    if (query.empty()) return parameters;
    const bool whole = each_part(query, '&', [&](std::string_view pair) {
        const auto equals = pair.find('=');
        auto name = decoded_text(pair.substr(0, equals), Plus::space);
        auto value =
            decoded_text(equals == std::string_view::npos ? "" : pair.substr(equals + 1), Plus::space);
        if (!name || !value) return false;
        parameters.emplace_back(*std::move(name), *std::move(value));
        return true;
    });
    if (!whole) return std::nullopt;
    return parameters;
}

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
