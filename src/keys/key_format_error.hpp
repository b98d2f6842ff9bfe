#pragma once

#include <stdexcept>

namespace keyward::keys {

/// A `content` that cannot be used: says what was found and what was expected, and never holds the material.
/// The text is for the client.
class KeyFormatError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace keyward::keys
