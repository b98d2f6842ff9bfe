#include "api/query.hpp"

#include <algorithm>
#include <set>

namespace keyward::api {

Query::Query(const QueryParameters& parameters, std::initializer_list<std::string_view> known,
             Mistakes& mistakes)
    : parameters_(parameters), mistakes_(mistakes) {
    std::set<std::string_view> seen;
    for (const auto& [name, value] : parameters) {
        if (std::ranges::find(known, name) == known.end())
            mistakes.push_back({"?" + name, "is not a parameter of this call"});
        else if (!seen.insert(name).second)
            mistakes.push_back({"?" + name, "stands more than once"});
    }
}

std::optional<std::string> Query::choice(std::string_view name,
                                         std::initializer_list<std::string_view> choices) {
    const auto found =
        std::ranges::find_if(parameters_, [&](const auto& each) { return each.first == name; });
    if (found == parameters_.end()) return std::nullopt;
    if (std::ranges::find(choices, found->second) != choices.end()) return found->second;
    std::string text;
    for (const std::string_view each : choices)
        text += (text.empty() ? "" : ", ") + std::string(each);
    mistakes_.push_back(
        {"?" + std::string(name), (choices.size() == 1 ? "must be " : "must be one of ") + text});
    return std::nullopt;
}

void refuse_query(const QueryParameters& parameters) {
    Mistakes mistakes;
    const Query none(parameters, {}, mistakes);
    if (!mistakes.empty()) throw service::ServiceError(std::move(mistakes));
}

}  // namespace keyward::api
