#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/catalogue.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/contract/catalogue/support/test_database.hpp"

namespace keyward {

bool operator==(const Deployment& left, const Deployment& right);
bool operator==(const Key& left, const Key& right);
bool operator==(const Intent& left, const Intent& right);
bool operator==(const Tombstone& left, const Tombstone& right);
bool operator==(const AuditRecord& left, const AuditRecord& right);
bool operator==(const Grant& left, const Grant& right);

}  // namespace keyward

namespace keyward::storage {

struct DatabaseKind {
    std::string name;
    std::unique_ptr<TestDatabase> (*make)();
};
extern const std::vector<DatabaseKind> database_kinds;

inline Instant at(long long milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}
AuditRecord audit(const std::string& action);
ChangeResolution resolution(const std::string& owner, Instant tombstone_lease,
                            const std::set<ObjectId>& clean = {});

/// Runs `body` in `count` threads that start at the same moment; each gets its number.
void together(int count, const std::function<void(int)>& body);

/// One suite for every database kind.
class CatalogueContract : public testing::TestWithParam<DatabaseKind> {
  protected:
    CatalogueContract();

    /// A second catalogue on the same database, like that of another process.
    [[nodiscard]] std::shared_ptr<Catalogue> another(std::size_t connections = 2) const;
    /// The id of a new project with the environments production and staging.
    std::string new_project(const std::string& name = "payments");
    std::string new_user(const std::string& name = "alice");
    /// A key of the project; intents_of gives its intents in production and staging.
    Key new_key(const std::string& project_id, const std::string& name = "card-key") const;
    std::vector<Intent> intents_of(const Key& key, const std::string& owner,
                                   Instant lease_until = at(5000)) const;
    /// A key with written intents; `key.deployments` names both objects.
    struct Begun {
        Key key;
        std::vector<Intent> intents;
    };
    Begun begun(const std::string& project_id, const std::string& name = "card-key",
                const std::string& owner = "first", Instant lease_until = at(5000));
    /// A committed key, as read back.
    Key committed(const std::string& project_id, const std::string& name = "card-key");
    /// The key as it is after a change of these environments, with the change's intents.
    static Begun changed(const Key& key, const std::vector<std::string>& environments,
                         const std::string& owner = "first", Instant lease_until = at(5000));
    /// The same, with the change begun.
    Begun updating(const Key& key, const std::vector<std::string>& environments,
                   const std::string& owner = "first", Instant lease_until = at(5000));
    Key found(const Key& key);
    /// Nothing when the name is free or belongs to another key.
    std::optional<KeyState> state_of(const Key& key);
    /// Tombstones of this owner, left by a create that was rolled back.
    std::vector<ObjectId> new_tombstones(const std::string& owner, Instant lease_until);
    /// The tombstones that this owner may work on, in all environments, sorted by object id.
    static std::vector<Tombstone> claim_all(Catalogue& catalogue, Instant now, const std::string& owner,
                                            Instant lease_until);
    std::vector<std::string> audited();

    std::unique_ptr<TestDatabase> database_;
    std::shared_ptr<Catalogue> catalogue_;
};

}  // namespace keyward::storage
