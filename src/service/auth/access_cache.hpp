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

/// Whom a bearer token stands for, and what that user may do.
struct KnownToken {
    Identity identity;
    std::vector<Grant> grants;
};

/// What the catalogue says about tokens, grants and projects, kept as long as its access version stays the
/// same. That version is asked for each token that comes, so what was revoked or narrowed, by whichever
/// process, holds from the next request on. Only what was found is kept. Any thread may call.
class AccessCache {
  public:
    /// Keeps at most `capacity` tokens and as many projects.
    explicit AccessCache(Catalogue& catalogue, std::size_t capacity = 10'000)
        : catalogue_(catalogue), capacity_(capacity) {}

    /// By the token's hash; null when there is none. Throws CatalogueError.
    std::shared_ptr<const KnownToken> token(const std::string& hash);

    /// By name, as it was when `token` was last asked or later; null when there is none. Throws
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
