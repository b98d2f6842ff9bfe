#include "base/secret_bytes.hpp"

#include <cstring>
#include <utility>

#include <openssl/crypto.h>

namespace keyward {

SecretBytes::SecretBytes(std::size_t size)
    : data_(std::make_unique_for_overwrite<std::uint8_t[]>(size)), size_(size), capacity_(size) {}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
    SecretBytes copy(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.data_.get());
    return copy;
}

SecretBytes SecretBytes::take(std::string& text) {
    SecretBytes taken = copy_of(as_bytes(text));
    keyward::cleanse(text);
    return taken;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        cleanse();
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

SecretBytes::~SecretBytes() {
    cleanse();
}

void SecretBytes::truncate(std::size_t size) noexcept {
    if (size >= size_) return;
    OPENSSL_cleanse(data_.get() + size, size_ - size);
    size_ = size;
}

void SecretBytes::cleanse() noexcept {
    if (data_) OPENSSL_cleanse(data_.get(), capacity_);
}

bool equal_secrets(ByteView left, ByteView right) noexcept {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void cleanse(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace keyward
