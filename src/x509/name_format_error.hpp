#pragma once

#include <stdexcept>

namespace keyward::x509 {

/// Why a subject or an alternative name can't stand in a certificate request. The text is for the client and
/// follows the name of the field; it repeats nothing of what was sent.
class NameFormatError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace keyward::x509
