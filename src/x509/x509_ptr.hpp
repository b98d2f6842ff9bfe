#pragma once

#include <openssl/x509.h>

#include "crypto/openssl_ptr.hpp"

namespace keyward::x509 {

using X509NamePtr = std::unique_ptr<X509_NAME, Freed<X509_NAME_free>>;
using X509RequestPtr = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;

/// DER of a structure, made by its i2d function.
template <auto i2d, typename Structure>
Bytes der_of(Structure& structure) {
    const int size = i2d(&structure, nullptr);
    require(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.data();
    require(i2d(&structure, &out) == size);
    return der;
}

}  // namespace keyward::x509
