#pragma once

#include <stdexcept>

namespace keyward::keys {

/// Why a `content` can't be used: what was found and what was expected, never the material. The text is for
/// the client.
class KeyFormatError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace keyward::keys
