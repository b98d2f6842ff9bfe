#include "service/idempotency/request_fingerprint.hpp"

#include "crypto/keyed_hash.hpp"

namespace keyward::service {

std::string fingerprint_of(const SecretBytes& key, const RequestShape& request) {
    // The number of path segments, since the query's parts follow them.
    const std::string path_length = std::to_string(request.path.size());
    std::vector<ByteView> parts{as_bytes(request.method), as_bytes(path_length)};
    for (const std::string& part : request.path)
        parts.push_back(as_bytes(part));
    for (const auto& [name, value] : request.query) {
        parts.push_back(as_bytes(name));
        parts.push_back(as_bytes(value));
    }
    parts.push_back(request.body);
    return keyed_hash(key, parts);
}

}  // namespace keyward::service
