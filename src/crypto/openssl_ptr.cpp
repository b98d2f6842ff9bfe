#include "crypto/openssl_ptr.hpp"

#include <stdexcept>

namespace keyward {

void require(bool openssl_succeeded) {
    if (!openssl_succeeded)
        throw std::runtime_error("OpenSSL failed where it can't but for lack of memory or a provider");
}

}  // namespace keyward
