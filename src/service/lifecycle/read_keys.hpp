#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "domain/catalogue.hpp"
#include "service/auth/access.hpp"

namespace keyward::service {

/// The filters of a request for the list of keys. All apply together and compare whole values.
struct KeyFilter {
    std::optional<std::string> name = {};
    std::optional<keys::KeyType> type = {};
    std::optional<std::string> environment = {};
    std::optional<std::string> after = {};  ///< the last name of the previous page
    std::optional<std::size_t> limit = {};
};

/// A key as rendered in answers.
using KeyText = std::shared_ptr<const std::string>;

/// Some keys in the order of their names, and where the next page starts.
struct KeyPage {
    std::vector<KeyText> keys;
    std::optional<std::string> next;  ///< `after` for the next page, if there is one
};

/// Reads keys from the catalogue alone, without a call to a token. Callers see deployments only in the
/// environments that their grants reach.
///
/// Rendered keys are cached as long as the catalogue reports the same revision. It is queried each time, so a
/// change by another process is seen at once. Thread-safe.
class ReadKeys {
  public:
    using Render = std::function<std::string(const Key&)>;

    static constexpr std::size_t kept_texts_limit = 20'000;
    /// The maximum size of all cached texts, in octets.
    static constexpr std::size_t kept_octets_limit = std::size_t{32} << 20U;

    /// Caches the texts of at most `capacity` keys.
    ReadKeys(KeyStore& keys, Render render, std::size_t capacity = kept_texts_limit)
        : keys_(keys), render_(std::move(render)), capacity_(capacity) {}

    /// Throws ServiceError (not_found).
    [[nodiscard]] KeyText one(const Caller& caller, const Project& project, const std::string& name);

    /// Throws ServiceError (bad_request) for an environment that the project lacks or the caller cannot see.
    [[nodiscard]] KeyPage list(const Caller& caller, const Project& project, const KeyFilter& filter);

  private:
    struct Kept {
        std::int64_t revision;
        KeyText text;
    };
    struct Row {
        std::string name;
        KeyText text;
    };
    std::vector<Row> read(const Caller& caller, const Project& project, const KeyQuery& query);
    std::vector<Row> kept(const std::vector<KeyRevision>& revisions) const;
    void keep(const std::string& id, const Kept& kept);
    void forget(std::unordered_map<std::string, Kept>::iterator kept) KEYWARD_REQUIRES(mutex_);

    KeyStore& keys_;
    const Render render_;
    const std::size_t capacity_;
    mutable Mutex mutex_;
    std::unordered_map<std::string, Kept> kept_ KEYWARD_GUARDED_BY(mutex_);
    std::size_t kept_octets_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward::service
