#pragma once

#include <filesystem>
#include <stdexcept>

#include "base/secret_bytes.hpp"

namespace keyward::settings {

/// The file of `policy.idempotency_key_file` can't be used. `what()` is one line that names it and says what
/// to do; it never holds a part of the key.
class FingerprintSecretError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The key with which requests are compared: 32 octets. A file that is not there is made, whole or not at
/// all, for its owner only; replicas that start at once on one folder agree. Throws FingerprintSecretError
/// when it can't be made or read, has another size, or others than its owner may read or write it.
SecretBytes idempotency_key(const std::filesystem::path& file);

}  // namespace keyward::settings
