#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/keyed_hash.hpp"

namespace keyward::service {

/// Generates CKA_IDs that prove for which key an object was made: 8 random octets, and 8 of an HMAC-SHA256 of
/// them with the environment, the project and the key's name, under a secret that is not in the database. A
/// label proves nothing, since users choose it. Thread-safe.
class ObjectMarks {
  public:
    explicit ObjectMarks(SecretBytes secret) : secret_(std::move(secret)) {}

    [[nodiscard]] ObjectId new_id(const std::string& environment, const std::string& project,
                                  const std::string& key) const {
        return marked(random_secret(random_size).reveal(), environment, project, key);
    }
    /// Whether the id was made for this key in this environment, under this secret.
    [[nodiscard]] bool prove(const ObjectId& id, const std::string& environment, const std::string& project,
                             const std::string& key) const {
        const ObjectId expected = marked(id.octets().first(random_size), environment, project, key);
        return equal_secrets(id.octets(), expected.octets());
    }

  private:
    static constexpr std::size_t random_size = ObjectId::size / 2;
    /// Separates these hashes from all others under the same secret.
    static constexpr std::string_view purpose = "keyward CKA_ID";

    [[nodiscard]] ObjectId marked(ByteView random, const std::string& environment, const std::string& project,
                                  const std::string& key) const {
        const std::string mark = keyed_hash(
            secret_, {as_bytes(purpose), random, as_bytes(environment), as_bytes(project), as_bytes(key)});
        return ObjectId::from_hex(to_hex(random) + mark.substr(0, 2 * (ObjectId::size - random_size)));
    }

    const SecretBytes secret_;
};

}  // namespace keyward::service
