#include "crypto/openssl_digest.hpp"

#include <stdexcept>

namespace keyward {

const EVP_MD* openssl_digest(Digest digest) {
    switch (digest) {
        case Digest::sha1:
            return EVP_sha1();
        case Digest::sha224:
            return EVP_sha224();
        case Digest::sha256:
            return EVP_sha256();
        case Digest::sha384:
            return EVP_sha384();
        case Digest::sha512:
            return EVP_sha512();
    }
    throw std::logic_error("a digest that is not in the table");
}

}  // namespace keyward
