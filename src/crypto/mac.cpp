#include "crypto/mac.hpp"

#include "crypto/openssl_ptr.hpp"

namespace keyward {

Bytes mac_of(const char* algorithm, const char* function, ByteView key, ByteView message) {
    const QuietErrors quiet;
    Bytes mac(EVP_MAX_MD_SIZE);
    std::size_t size = 0;
    require(EVP_Q_mac(nullptr, algorithm, nullptr, function, nullptr, key.data(), key.size(), message.data(),
                      message.size(), mac.data(), mac.size(), &size) != nullptr);
    mac.resize(size);
    return mac;
}

}  // namespace keyward
