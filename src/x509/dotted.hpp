#pragma once

#include <string_view>
#include <vector>

namespace keyward::x509 {

/// What stands between the dots of a host name or an object identifier: one piece more than there are dots,
/// empty ones too. The views are into the text.
std::vector<std::string_view> between_dots(std::string_view text);

}  // namespace keyward::x509
