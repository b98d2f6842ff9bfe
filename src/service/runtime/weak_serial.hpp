#pragma once

#include <optional>
#include <string>

#include "domain/token.hpp"

namespace keyward::service {

/// Why a serial number does not distinguish a token from another one, or from itself before it was
/// initialized again; a clause that follows "its serial number". Nothing for one that looks unique.
std::optional<std::string> weakness_of_serial(const TokenIdentity& identity);

}  // namespace keyward::service
