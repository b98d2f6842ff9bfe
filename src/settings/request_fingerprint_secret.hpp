#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward::settings {

/// The file of `policy.request_fingerprint_secret_file` can't be used. `what()` is one line that names it and
/// says what to do; it never holds a part of the secret.
class FingerprintSecretError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The secret of the keyed hashes by which requests are compared: 32 octets. A file that does not exist is
/// made, whole or not at all, readable by its owner only; replicas that start at once on one folder agree.
/// Throws FingerprintSecretError when it can't be made or read, has another size, or others than its owner
/// may read or write it.
SecretBytes request_fingerprint_secret(const std::filesystem::path& file);

/// The file in this folder when the configuration names none: `idempotency.key` where an earlier version has
/// made it, else `request-fingerprint.key`.
std::string default_fingerprint_secret_file(const std::filesystem::path& folder);

}  // namespace keyward::settings
