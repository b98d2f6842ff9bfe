#include "settings/mistakes.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>
#include <utility>

namespace keyward::settings {
namespace {

std::vector<Mistake> sorted(std::vector<Mistake> mistakes) {
    std::ranges::sort(mistakes, {}, [](const Mistake& mistake) {
        return std::tuple(mistake.place.line, mistake.place.column, mistake.text);
    });
    return mistakes;
}

std::string listed(const std::string& file, const std::vector<Mistake>& mistakes) {
    std::ostringstream text;
    const char* line_end = "";
    for (const auto& [place, what] : mistakes) {
        text << line_end << file << ':' << place.line << ':' << place.column << ": " << what;
        line_end = "\n";
    }
    return text.str();
}

}  // namespace

SettingsError::SettingsError(const std::string& file, std::vector<Mistake> mistakes)
    : std::runtime_error(listed(file, sorted(mistakes))), mistakes_(sorted(std::move(mistakes))) {}

}  // namespace keyward::settings
