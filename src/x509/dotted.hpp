#pragma once

#include <string_view>
#include <vector>

namespace keyward::x509 {

/// The pieces between the dots of a host name or an object identifier: one more than there are dots,
/// including empty ones. The views point into the text.
std::vector<std::string_view> between_dots(std::string_view text);

}  // namespace keyward::x509
