#pragma once

#include <cstdint>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward {

/// Memory that one hash takes.
inline constexpr std::uint32_t password_memory_kib = 64 * 1024;

/// Argon2id (RFC 9106, its second recommended option: 64 MiB, 3 passes, 4 lanes) with a random salt, in the
/// encoded form that carries its parameters.
std::string hash_password(const SecretBytes& password);

/// Whether the hash belongs to the password. Takes as long as hash_password.
bool password_fits(const SecretBytes& password, const std::string& hash);

}  // namespace keyward
