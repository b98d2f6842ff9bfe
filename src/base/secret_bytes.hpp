#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <memory>

#include "base/bytes.hpp"

namespace keyward {

/// Octets whose disclosure would hurt: key material, PINs, tokens, passwords.
/// Move-only, and cleansed (OPENSSL_cleanse) when it ends or is assigned over. The only way to the octets is
/// `reveal()`, a name one can grep for. It can't be streamed, logged or made into JSON. Not for sharing
/// between threads.
class SecretBytes {
  public:
    SecretBytes() = default;
    /// Uninitialised room for `size` octets, to be written through `writable()`.
    explicit SecretBytes(std::size_t size);
    /// A copy; the source is its owner's to cleanse.
    static SecretBytes copy_of(ByteView bytes);
    /// Takes the text over and cleanses the string it came in.
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
    /// Makes it shorter; the octets that fall away are cleansed.
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
