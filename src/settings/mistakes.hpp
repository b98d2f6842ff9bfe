#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
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
    SettingsError(const std::string& file, std::vector<Mistake> mistakes);

    /// In the order of the file.
    [[nodiscard]] const std::vector<Mistake>& mistakes() const { return mistakes_; }

  private:
    std::vector<Mistake> mistakes_;
};

}  // namespace keyward::settings
