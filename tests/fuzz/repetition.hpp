#pragma once

#include <initializer_list>
#include <string_view>

namespace keyward::fuzz {

/// Whether the text repeats twelve octets in a row of the input. That is shorter than any key or token that
/// is worth a secret. `words` are parts of the service's own texts that an input may hold by chance.
bool repeats(std::string_view text, std::string_view input,
             std::initializer_list<std::string_view> words = {});

/// As std::string_view::starts_with, but libFuzzer does not see the comparison.
bool begins_with(std::string_view text, std::string_view beginning);

}  // namespace keyward::fuzz
