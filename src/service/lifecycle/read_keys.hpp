#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/catalogue.hpp"
#include "service/auth/access.hpp"

namespace keyward::service {

/// What a client asked the list of keys for. All filters hold at once, and compare whole values.
struct KeyFilter {
    std::optional<std::string> name = {};
    std::optional<keys::KeyType> type = {};
    std::optional<std::string> environment = {};
    std::optional<std::string> after = {};  ///< the name at which the page before ended
    std::optional<std::size_t> limit = {};
};

/// A key in the form in which it is answered.
using KeyText = std::shared_ptr<const std::string>;

/// Some keys in the order of their names, and where to go on.
struct KeyPage {
    std::vector<KeyText> keys;
    std::optional<std::string> next;  ///< `after` of the page behind this one, if there is any
};

/// Reading keys: from the catalogue alone, without a call to a token. Callers see deployments only in the
/// environments that their grants reach.
///
/// Texts of keys are kept and used again as long as the catalogue says that the key is still at the revision
/// that they tell of, which it is asked each time: what another process changed is seen at once. Any thread
/// may call.
class ReadKeys {
  public:
    using Render = std::function<std::string(const Key&)>;

    /// How many octets of texts are kept at most.
    static constexpr std::size_t kept_octets_limit = std::size_t{32} << 20U;

    /// Keeps the texts of at most `capacity` keys.
    ReadKeys(Catalogue& catalogue, Render render, std::size_t capacity = 20'000)
        : catalogue_(catalogue), render_(std::move(render)), capacity_(capacity) {}

    /// Throws ServiceError (not_found).
    [[nodiscard]] KeyText one(const Caller& caller, const Project& project, const std::string& name);

    /// Throws ServiceError (bad_request) for an environment that the project lacks or the caller can't see.
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
    std::vector<Row> kept(const std::vector<KeyRevision>& standings) const;
    void keep(const std::string& id, const Kept& kept);
    void forget(std::unordered_map<std::string, Kept>::iterator kept);

    Catalogue& catalogue_;
    const Render render_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Kept> kept_;
    std::size_t kept_octets_ = 0;
};

}  // namespace keyward::service
