#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward::settings {

/// The file of `policy.request_fingerprint_secret_file` cannot be used. `what()` is one line that names it
/// and says what to do; it never holds a part of the secret.
class FingerprintSecretError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The secret of the keyed hashes by which requests are compared: 32 octets. Creates a missing file
/// atomically, readable by its owner only; replicas that start at the same time on one folder agree. Throws
/// FingerprintSecretError when the file cannot be created or read, has another size, or is accessible to
/// other users.
SecretBytes request_fingerprint_secret(const std::filesystem::path& file);

/// The file in this folder when the configuration names none: `idempotency.key` if an earlier version has
/// created it, otherwise `request-fingerprint.key`.
std::string default_fingerprint_secret_file(const std::filesystem::path& folder);

}  // namespace keyward::settings
