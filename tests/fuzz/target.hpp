#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace keyward::fuzz {

/// An input for which a parser does not keep one of its properties. `what()` names the property.
class BrokenProperty : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws BrokenProperty with this sentence when the property does not hold.
inline void expect(bool holds, const char* property) {
    if (!holds) throw BrokenProperty(property);
}

/// Each gives one input to the parsers of its target and checks their properties. Returns whether a parser
/// accepted the input. Throws BrokenProperty; an exception that a parser does not document passes through.
bool check_base64(std::string_view input);
bool check_http(std::string_view input);
bool check_json(std::string_view input);
bool check_keys(std::string_view input);
bool check_names(std::string_view input);
bool check_settings(std::string_view input);

struct Target {
    std::string_view name;  ///< also of its folder in tests/fuzz/corpus
    bool (*check)(std::string_view input);
};

inline constexpr std::array targets{
    Target{"base64", check_base64}, Target{"http", check_http},   Target{"json", check_json},
    Target{"keys", check_keys},     Target{"names", check_names}, Target{"settings", check_settings},
};

}  // namespace keyward::fuzz
