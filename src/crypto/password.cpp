#include "crypto/password.hpp"

#include <stdexcept>

#include <argon2.h>

#include "base/ids.hpp"

namespace keyward {
namespace {

constexpr std::uint32_t passes = 3;
constexpr std::uint32_t lanes = 4;
constexpr std::size_t salt_size = 16;
constexpr std::size_t argon2_hash_size = 32;

}  // namespace

std::string hash_password(const SecretBytes& password) {
    const SecretBytes salt = random_secret(salt_size);
    std::string encoded(
        argon2_encodedlen(passes, password_memory_kib, lanes, salt_size, argon2_hash_size, Argon2_id), '\0');
    const int result = argon2id_hash_encoded(passes, password_memory_kib, lanes, password.reveal().data(),
                                             password.size(), salt.reveal().data(), salt.size(),
                                             argon2_hash_size, encoded.data(), encoded.size());
    if (result != ARGON2_OK)
        throw std::runtime_error(std::string("the password could not be hashed: ") +
                                 argon2_error_message(result));
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool password_fits(const SecretBytes& password, const std::string& hash) {
    return argon2id_verify(hash.c_str(), password.reveal().data(), password.size()) == ARGON2_OK;
}

}  // namespace keyward
