#include "api/query.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/client_text.hpp"
#include "base/text.hpp"

namespace keyward::api {

Query::Query(const QueryParameters& parameters, const std::vector<std::string_view>& known,
             Mistakes& mistakes)
    : parameters_(parameters), mistakes_(mistakes) {
    std::set<std::string_view> seen;
    for (const auto& [name, value] : parameters) {
        if (std::ranges::find(known, name) == known.end())
            mistakes.push_back({"?" + shown_name(name), "is not a parameter of this call"});
        else if (!seen.insert(name).second)
            mistakes.push_back({"?" + name, "stands more than once"});
    }
}

std::optional<std::string> Query::choice(std::string_view name,
                                         std::initializer_list<std::string_view> choices) {
    const std::string* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (std::ranges::find(choices, *value) != choices.end()) return *value;
    mistake(name, (choices.size() == 1 ? "must be " : "must be one of ") + joined(choices));
    return std::nullopt;
}

std::optional<std::string> Query::text(std::string_view name, std::size_t max) {
    const std::string* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->empty() || value->size() > max || value->find('\0') != std::string::npos) {
        mistake(name, "must have 1 to " + std::to_string(max) + " bytes, none of them zero");
        return std::nullopt;
    }
    return *value;
}

std::optional<std::size_t> Query::number(std::string_view name, std::size_t min, std::size_t max) {
    const std::string* value = find(name);
    if (value == nullptr) return std::nullopt;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error == std::errc() && end == value->data() + value->size() && number >= min && number <= max)
        return number;
    mistake(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
}

bool Query::flag(std::string_view name) {
    return choice(name, {"true", "false"}) == "true";
}

void Query::mistake(std::string_view name, const std::string& message) {
    mistakes_.push_back({"?" + std::string(name), message});
}

const std::string* Query::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(parameters_, [&](const auto& each) { return each.first == name; });
    return found == parameters_.end() ? nullptr : &found->second;
}

void refuse_query(const QueryParameters& parameters) {
    Mistakes mistakes;
    const Query none(parameters, {}, mistakes);
    if (!mistakes.empty()) throw ServiceError(std::move(mistakes));
}

}  // namespace keyward::api
