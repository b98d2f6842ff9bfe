#pragma once

#include <string>

namespace keyward {

/// The text of docs/errors.md, made from the tables of the code.
std::string errors_page();

}  // namespace keyward
