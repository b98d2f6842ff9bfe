#include "service/runtime/object_marks.hpp"

#include "crypto/keyed_hash.hpp"

namespace keyward::service {
namespace {

constexpr std::size_t random_size = ObjectId::size / 2;
/// Separates these hashes from all others under the same secret.
constexpr std::string_view purpose = "keyward CKA_ID";

}  // namespace

ObjectId ObjectMarks::new_id(const std::string& environment, const std::string& project,
                             const std::string& key) const {
    return marked(random_secret(random_size).reveal(), environment, project, key);
}

bool ObjectMarks::prove(const ObjectId& id, const std::string& environment, const std::string& project,
                        const std::string& key) const {
    const ObjectId expected = marked(id.octets().first(random_size), environment, project, key);
    return equal_secrets(id.octets(), expected.octets());
}

ObjectId ObjectMarks::marked(ByteView random, const std::string& environment, const std::string& project,
                             const std::string& key) const {
    const std::string mark = keyed_hash(
        secret_, {as_bytes(purpose), random, as_bytes(environment), as_bytes(project), as_bytes(key)});
    return ObjectId::from_hex(to_hex(random) + mark.substr(0, 2 * (ObjectId::size - random_size)));
}

}  // namespace keyward::service
