#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <memory>

#include "base/bytes.hpp"

namespace keyward {

/// Secret octets: key material, PINs, tokens, passwords.
/// Move-only. Cleanses its memory (OPENSSL_cleanse) when it is destroyed or assigned to. The only access to
/// the octets is `reveal()`, a name one can grep for. It cannot be streamed, logged or converted to JSON. Not
/// thread-safe.
class SecretBytes {
  public:
    SecretBytes() = default;
    /// Uninitialized room for `size` octets, to be written through `writable()`.
    explicit SecretBytes(std::size_t size);
    /// Makes a copy; the owner of the source must cleanse the source.
    static SecretBytes copy_of(ByteView bytes);
    /// Copies the text and cleanses the source string.
    static SecretBytes take(std::string& text);

    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] ByteView reveal() const noexcept { return {data_.get(), size_}; }
    /// The same octets as text, for formats that are text (PEM, base64, a PIN).
    [[nodiscard]] std::string_view reveal_text() const noexcept {
        return {reinterpret_cast<const char*>(data_.get()), size_};
    }
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {data_.get(), size_}; }
    /// Shortens the value and cleanses the octets that are cut off.
    void truncate(std::size_t size) noexcept;
    [[nodiscard]] SecretBytes clone() const { return copy_of(reveal()); }

  private:
    void cleanse() noexcept;

    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

std::ostream& operator<<(std::ostream&, const SecretBytes&) = delete;
template <typename Json>
void to_json(Json&, const SecretBytes&) = delete;

/// Constant-time equality; the lengths are not hidden.
bool equal_secrets(ByteView left, ByteView right) noexcept;

/// Overwrites the characters of a string that held a secret and empties it.
void cleanse(std::string& text) noexcept;

}  // namespace keyward
