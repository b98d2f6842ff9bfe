#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace keyward::settings {

/// A place in the configuration file, counted from 1. Columns count octets.
struct Place {
    std::uint_least32_t line = 1;
    std::uint_least32_t column = 1;
};

/// One mistake: where it is, what was found, what was expected. Never contains a PIN, or a value that may be
/// one.
struct Mistake {
    Place place;
    std::string text;
};

/// An invalid configuration, with all mistakes. `what()` has one line for each: `file:line:column: text`.
class SettingsError : public std::runtime_error {
  public:
    SettingsError(const std::string& file, std::vector<Mistake> mistakes)
        : SettingsError(sorted(std::move(mistakes)), file) {}

    /// In the order of the file.
    [[nodiscard]] const std::vector<Mistake>& mistakes() const { return mistakes_; }

  private:
    SettingsError(std::vector<Mistake> in_order, const std::string& file)
        : std::runtime_error(listed(file, in_order)), mistakes_(std::move(in_order)) {}

    static std::vector<Mistake> sorted(std::vector<Mistake> mistakes) {
        std::ranges::sort(mistakes, {}, [](const Mistake& mistake) {
            return std::tuple(mistake.place.line, mistake.place.column, mistake.text);
        });
        return mistakes;
    }

    static std::string listed(const std::string& file, const std::vector<Mistake>& mistakes) {
        std::string text;
        for (const auto& [place, what] : mistakes)
            text += (text.empty() ? "" : "\n") + file + ":" + std::to_string(place.line) + ":" +
                    std::to_string(place.column) + ": " + what;
        return text;
    }

    std::vector<Mistake> mistakes_;
};

}  // namespace keyward::settings
