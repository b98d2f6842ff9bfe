#pragma once

#include <iosfwd>
#include <vector>

namespace keyward::e2e {

/// Whether a published ciphertext is complete, or lacks the block of padding: the standards' examples of CBC
/// are whole blocks without padding.
enum class Ciphertext { whole, without_its_padding };

/// A published encryption. Octets are in hexadecimal.
struct CipherVector {
    const char* name;
    const char* source;
    const char* mechanism;
    const char* algorithm;
    const char* key;
    const char* iv;
    const char* aad;
    const char* plaintext;
    const char* ciphertext;
    const char* tag;
    Ciphertext extent;
};

/// A published ciphertext of AES-CBC with wrong padding.
struct WronglyPadded {
    int id;
    const char* what;
    const char* key;
    const char* iv;
    const char* ciphertext;
};

const std::vector<CipherVector>& cipher_vectors();
const std::vector<WronglyPadded>& wrongly_padded();

void PrintTo(const CipherVector& vector, std::ostream* out);
void PrintTo(const WronglyPadded& vector, std::ostream* out);

}  // namespace keyward::e2e
