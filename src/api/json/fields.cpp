#include "api/json/fields.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/client_text.hpp"
#include "keys/decode/base64_diagnostics.hpp"

namespace keyward::api {
namespace {

/// The maximum number of members of most objects.
constexpr std::size_t usual_members = 16;

std::string escaped(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

std::string size_range(std::size_t min, std::size_t max, const std::string& unit) {
    return "must have " + std::to_string(min) + " to " + std::to_string(max) + " " + unit;
}

}  // namespace

bool is_object(const Json& body, Mistakes& mistakes) {
    if (!body.is_object()) mistakes.push_back({"", "must be a JSON object"});
    return body.is_object();
}

Fields::Fields(Json& object, std::string pointer, Mistakes& mistakes)
    : object_(object), pointer_(std::move(pointer)), mistakes_(mistakes) {
    known_.reserve(usual_members);
}

std::string Fields::pointer_of(std::string_view name) const {
    return pointer_ + "/" + escaped(name);
}

void Fields::mistake(std::string_view name, const std::string& message) {
    mistakes_.push_back({pointer_of(name), message});
}

bool Fields::is_null(std::string_view name) const {
    const auto member = object_.find(name);
    return member != object_.end() && member->is_null();
}

bool Fields::has(std::string_view name) const {
    const auto member = object_.find(name);
    return member != object_.end() && !member->is_null();
}

Json* Fields::find(std::string_view name) {
    known_.push_back(name);
    const auto member = object_.find(name);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
}

Json* Fields::find_required(std::string_view name) {
    Json* value = find(name);
    if (value == nullptr) mistake(name, "is missing");
    return value;
}

std::optional<std::string> Fields::checked_text(std::string_view name, const Json& value,
                                                const TextRule& rule) {
    if (!value.is_string()) {
        mistake(name, "must be a string");
        return std::nullopt;
    }
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() && rule.min > 0) {
        mistake(name, "must not be empty");
    } else if (text.size() < rule.min || text.size() > rule.max) {
        mistake(name, size_range(rule.min, rule.max, "bytes, but has " + std::to_string(text.size())));
    } else if (text.find('\0') != std::string::npos) {
        mistake(name, "must not have the character U+0000");
    } else if (!rule.control_characters && has_control_characters(text)) {
        mistake(name, "must not have control characters");
    } else {
        return text;
    }
    return std::nullopt;
}

std::optional<std::string> Fields::text(std::string_view name, const TextRule& rule) {
    const Json* value = find(name);
    return value == nullptr ? std::nullopt : checked_text(name, *value, rule);
}

std::optional<std::string> Fields::required_text(std::string_view name, const TextRule& rule) {
    const Json* value = find_required(name);
    return value == nullptr ? std::nullopt : checked_text(name, *value, rule);
}

std::optional<SecretBytes> Fields::taken_secret(std::string_view name, Json& value) {
    if (!value.is_string()) {
        mistake(name, "must be a string of base64");
        return std::nullopt;
    }
    auto& text = value.get_ref<std::string&>();
    if (text.empty()) {
        mistake(name, "must not be empty");
        return std::nullopt;
    }
    return SecretBytes::take(text);
}

std::optional<SecretBytes> Fields::secret(std::string_view name) {
    Json* value = find(name);
    return value == nullptr ? std::nullopt : taken_secret(name, *value);
}

std::optional<SecretBytes> Fields::octets(std::string_view name) {
    Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        mistake(name, "must be a string of base64");
        return std::nullopt;
    }
    auto& text = value->get_ref<std::string&>();
    auto decoded = from_base64(text);
    if (!decoded) mistake(name, "is not base64: " + keys::base64_fault(text));
    keyward::cleanse(text);
    return decoded;
}

void Fields::require(std::string_view name) {
    find_required(name);
}

Json* Fields::required_array(std::string_view name, std::size_t min, std::size_t max) {
    Json* value = find_required(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) {
        mistake(name, "must be an array");
        return nullptr;
    }
    if (value->size() < min || value->size() > max) {
        mistake(name, size_range(min, max, "entries, but has " + std::to_string(value->size())));
        return nullptr;
    }
    return value;
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name, std::size_t min,
                                                      std::size_t max) {
    if (!has(name)) {
        known_.push_back(name);
        return std::nullopt;
    }
    const Json* array = required_array(name, min, max);
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> all;
    for (std::size_t i = 0; i < array->size(); ++i) {
        if (!(*array)[i].is_string()) {
            mistakes_.push_back({pointer_of(name) + "/" + std::to_string(i), "must be a string"});
            return std::nullopt;
        }
        all.push_back((*array)[i].get<std::string>());
    }
    return all;
}

void Fields::ignore(const std::vector<std::string_view>& names) {
    known_.insert(known_.end(), names.begin(), names.end());
}

void Fields::finish() {
    for (auto member = object_.begin(); member != object_.end(); ++member)
        if (std::ranges::find(known_, member.key()) == known_.end())
            mistake(shown_name(member.key()), "is not a field of this call");
}

}  // namespace keyward::api
