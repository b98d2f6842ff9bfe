#pragma once

#include <stdexcept>

namespace keyward::x509 {

/// A subject or an alternative name that cannot be used in a certificate request. The text is for the client
/// and follows the name of the field; it repeats nothing of the input.
class NameFormatError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace keyward::x509
