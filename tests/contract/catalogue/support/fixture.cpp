#include "tests/contract/catalogue/support/fixture.hpp"

#include <algorithm>
#include <barrier>
#include <thread>
#include <tuple>

namespace keyward {

bool operator==(const Deployment& left, const Deployment& right) {
    const auto fields = [](const Deployment& d) {
        return std::tie(d.environment, d.alias, d.source, d.state, d.object_id, d.size, d.key_check_value,
                        d.public_key_sha256, d.public_key_pem, d.failure, d.uses);
    };
    return fields(left) == fields(right);
}

bool operator==(const Key& left, const Key& right) {
    const auto fields = [](const Key& k) {
        return std::tie(k.id, k.project_id, k.name, k.description, k.type, k.algorithm, k.mechanisms, k.state,
                        k.created_at, k.updated_at, k.revision, k.deployments);
    };
    return fields(left) == fields(right);
}

bool operator==(const Intent& left, const Intent& right) {
    const auto fields = [](const Intent& i) {
        return std::tie(i.object_id, i.key_id, i.environment, i.owner, i.lease_until);
    };
    return fields(left) == fields(right);
}

bool operator==(const Tombstone& left, const Tombstone& right) {
    const auto fields = [](const Tombstone& t) {
        return std::tie(t.object_id, t.environment, t.owner, t.lease_until, t.keep_until, t.deployed);
    };
    return fields(left) == fields(right);
}

bool operator==(const AuditRecord& left, const AuditRecord& right) {
    const auto fields = [](const AuditRecord& a) {
        return std::tie(a.at, a.actor, a.request_id, a.action, a.project, a.key, a.environments, a.result);
    };
    return fields(left) == fields(right);
}

bool operator==(const Grant& left, const Grant& right) {
    const auto fields = [](const Grant& g) { return std::tie(g.project_id, g.permission, g.environments); };
    return fields(left) == fields(right);
}

}  // namespace keyward

namespace keyward::storage {

const std::vector<DatabaseKind> database_kinds{{"sqlite", make_sqlite_database},
                                               {"postgresql", make_postgresql_database}};

INSTANTIATE_TEST_SUITE_P(Databases, CatalogueContract, testing::ValuesIn(database_kinds),
                         [](const auto& test) { return test.param.name; });

AuditRecord audit(const std::string& action) {
    return {.at = at(1000),
            .actor = "tester",
            .request_id = "request-1",
            .action = action,
            .project = "payments",
            .key = "card-key",
            .environments = {"staging", "production"},
            .result = "done"};
}

ChangeResolution resolution(const std::string& owner, Instant tombstone_lease,
                            const std::set<ObjectId>& clean) {
    return {.owner = owner, .clean = clean, .tombstone_lease = tombstone_lease, .answer = {}, .intents = {}};
}

void together(int count, const std::function<void(int)>& body) {
    std::barrier start(count);
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            body(i);
        });
}

CatalogueContract::CatalogueContract()
    : database_(GetParam().make()), catalogue_(open_catalogue(database_->url(), 8)) {}

std::shared_ptr<Catalogue> CatalogueContract::another(std::size_t connections) const {
    return open_catalogue(database_->url(), connections);
}

std::string CatalogueContract::new_project(const std::string& name) {
    EXPECT_TRUE(
        catalogue_->projects.create_project(name, {"production", "staging"}, audit("project.create")));
    return catalogue_->projects.find_project(name).value().id;
}

std::string CatalogueContract::new_user(const std::string& name) {
    EXPECT_TRUE(catalogue_->users.create_user(name, "", audit("user.create")));
    return catalogue_->users.find_user(name).value().id;
}

Key CatalogueContract::new_key(const std::string& project_id, const std::string& name) const {
    Key key;
    key.id = random_uuid();
    key.project_id = project_id;
    key.name = name;
    key.description = "for cards";
    key.type = keys::KeyType::private_key;
    key.algorithm = keys::Algorithm::ec;
    key.mechanisms = {"ECDSA-SHA256", "ECDSA-SHA384"};
    key.created_at = at(1234);
    key.updated_at = at(1234);
    for (const auto* environment : {"staging", "production"}) {
        Deployment deployment;
        deployment.environment = environment;
        deployment.alias = std::string("alias in ") + environment;
        deployment.source = "content";
        deployment.state = DeploymentState::deployed;
        deployment.object_id = ObjectId::random();
        deployment.size = 256;
        deployment.key_check_value = "5E89A1";
        deployment.public_key_sha256 = std::string(64, 'a');
        deployment.public_key_pem = "first line\nsecond line\n";
        deployment.uses = {KeyUsage::sign_verify};
        key.deployments.push_back(deployment);
    }
    return key;
}

std::vector<Intent> CatalogueContract::intents_of(const Key& key, const std::string& owner,
                                                  Instant lease_until) const {
    std::vector<Intent> intents;
    for (const auto& deployment : key.deployments)
        intents.push_back({deployment.object_id.value(), key.id, deployment.environment, owner, lease_until});
    return intents;
}

CatalogueContract::Begun CatalogueContract::begun(const std::string& project_id, const std::string& name,
                                                  const std::string& owner, Instant lease_until) {
    Begun result{.key = new_key(project_id, name), .intents = {}};
    result.intents = intents_of(result.key, owner, lease_until);
    EXPECT_TRUE(catalogue_->keys.begin_create(result.key, result.intents, audit("key.create")));
    return result;
}

Key CatalogueContract::committed(const std::string& project_id, const std::string& name) {
    const auto work = begun(project_id, name);
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    return found(work.key);
}

CatalogueContract::Begun CatalogueContract::changed(const Key& key,
                                                    const std::vector<std::string>& environments,
                                                    const std::string& owner, Instant lease_until) {
    Begun result{.key = key, .intents = {}};
    auto& deployments = result.key.deployments;
    for (const auto& environment : environments) {
        const auto there = std::find_if(deployments.begin(), deployments.end(),
                                        [&](const auto& each) { return each.environment == environment; });
        auto& deployment = there == deployments.end() ? deployments.emplace_back() : *there;
        deployment.environment = environment;
        deployment.alias = "changed in " + environment;
        deployment.source = "content";
        deployment.state = DeploymentState::deployed;
        deployment.object_id = ObjectId::random();
        deployment.size = 384;
        deployment.uses = {KeyUsage::sign_verify};
        result.intents.push_back({*deployment.object_id, key.id, environment, owner, lease_until});
    }
    result.key.updated_at = at(7777);
    return result;
}

CatalogueContract::Begun CatalogueContract::updating(const Key& key,
                                                     const std::vector<std::string>& environments,
                                                     const std::string& owner, Instant lease_until) {
    auto change = changed(key, environments, owner, lease_until);
    EXPECT_EQ(catalogue_->keys.begin_update(key.id, key.revision, change.intents, audit("key.update")),
              Begin::begun);
    return change;
}

Key CatalogueContract::found(const Key& key) {
    return catalogue_->keys.find_key(key.project_id, key.name).value();
}

std::optional<KeyState> CatalogueContract::state_of(const Key& key) {
    const auto found = catalogue_->keys.find_key(key.project_id, key.name);
    if (!found || found->id != key.id) return std::nullopt;
    return found->state;
}

std::vector<ObjectId> CatalogueContract::new_tombstones(const std::string& owner, Instant lease_until) {
    const auto work = begun(new_project(random_uuid()), "gone", owner);
    EXPECT_TRUE(catalogue_->keys.abandon_change(work.key.id, resolution(owner, lease_until),
                                                audit("key.create.abandon")));
    return {work.intents.at(0).object_id, work.intents.at(1).object_id};
}

std::vector<Tombstone> CatalogueContract::claim_all(Catalogue& catalogue, Instant now,
                                                    const std::string& owner, Instant lease_until) {
    std::vector<Tombstone> all;
    for (const auto& [environment, tombstones] : catalogue.changes.waiting_tombstones(now, owner)) {
        TombstoneClaim claim{environment, owner, now, lease_until};
        for (auto part = catalogue.changes.claim_tombstones(claim); !part.empty();
             part = catalogue.changes.claim_tombstones(claim)) {
            all.insert(all.end(), part.begin(), part.end());
            claim.after = part.back().object_id;
        }
    }
    std::ranges::sort(all, {}, &Tombstone::object_id);
    return all;
}

std::vector<std::string> CatalogueContract::audited() {
    std::vector<std::string> actions;
    for (const auto& record : catalogue_->audit_log.audit_trail(1000))
        actions.push_back(record.action);
    return actions;
}

}  // namespace keyward::storage
