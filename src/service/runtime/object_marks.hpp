#pragma once

#include <string>

#include "base/ids.hpp"

namespace keyward::service {

/// Generates CKA_IDs that prove for which key an object was made: 8 random octets, and 8 of an HMAC-SHA256 of
/// them with the environment, the project and the key's name, under a secret that is not in the database. A
/// label proves nothing, since users choose it. Thread-safe.
class ObjectMarks {
  public:
    explicit ObjectMarks(SecretBytes secret) : secret_(std::move(secret)) {}

    [[nodiscard]] ObjectId new_id(const std::string& environment, const std::string& project,
                                  const std::string& key) const;
    /// Whether the id was made for this key in this environment, under this secret.
    [[nodiscard]] bool prove(const ObjectId& id, const std::string& environment, const std::string& project,
                             const std::string& key) const;

  private:
    [[nodiscard]] ObjectId marked(ByteView random, const std::string& environment, const std::string& project,
                                  const std::string& key) const;

    const SecretBytes secret_;
};

}  // namespace keyward::service
