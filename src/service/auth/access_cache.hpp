#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/catalogue.hpp"

namespace keyward::service {

/// The user that a bearer token identifies, and that user's grants.
struct KnownToken {
    Identity identity;
    std::vector<Grant> grants;
};

/// Cache of the catalogue's tokens, grants and projects, valid as long as its access version stays the same.
/// The version is queried for each token that arrives, so a revocation or restriction by any process takes
/// effect with the next request. Negative results are not cached. Thread-safe.
class AccessCache {
  public:
    /// Keeps at most `capacity` tokens and as many projects.
    explicit AccessCache(Catalogue& catalogue, std::size_t capacity = 10'000)
        : catalogue_(catalogue), capacity_(capacity) {}

    /// Looks up by the token's hash; null when there is none. Throws CatalogueError.
    std::shared_ptr<const KnownToken> token(const std::string& hash);

    /// Looks up by name, as of the last call of `token` or later; null when there is none. Throws
    /// CatalogueError.
    std::shared_ptr<const Project> project(const std::string& name);

  private:
    template <typename Value>
    using Kept = std::unordered_map<std::string, std::shared_ptr<const Value>>;

    template <typename Value>
    static std::shared_ptr<const Value> find(const Kept<Value>& kept, const std::string& key);
    template <typename Value>
    std::shared_ptr<const Value> keep(Kept<Value>& kept, const std::string& key, Value value,
                                      std::int64_t version);

    Catalogue& catalogue_;
    const std::size_t capacity_;
    std::mutex mutex_;
    std::int64_t version_ = -1;
    Kept<KnownToken> tokens_;
    Kept<Project> projects_;
};

}  // namespace keyward::service
