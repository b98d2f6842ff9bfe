#pragma once

#include <type_traits>
#include <utility>

#include "domain/catalogue.hpp"

namespace keyward {

/// Base classes of test doubles: each forwards every call to the store of a real catalogue. A double
/// overrides the calls that it counts or fails.

class ForwardingProjectStore : public ProjectStore {
  public:
    explicit ForwardingProjectStore(const Catalogue& real) : next_(real.projects) {}

    bool create_project(const std::string& name, const std::vector<std::string>& environments,
                        const AuditRecord& audit) override {
        return next_.create_project(name, environments, audit);
    }
    bool delete_project(const std::string& name, const AuditRecord& audit) override {
        return next_.delete_project(name, audit);
    }
    std::vector<Project> all_projects() override { return next_.all_projects(); }
    std::optional<Project> find_project(const std::string& name) override { return next_.find_project(name); }

  protected:
    ProjectStore& next_;
};

class ForwardingUserStore : public UserStore {
  public:
    explicit ForwardingUserStore(const Catalogue& real) : next_(real.users) {}

    bool create_user(const std::string& name, const std::string& password_hash,
                     const AuditRecord& audit) override {
        return next_.create_user(name, password_hash, audit);
    }
    bool delete_user(const std::string& name, const AuditRecord& audit) override {
        return next_.delete_user(name, audit);
    }
    std::vector<User> all_users() override { return next_.all_users(); }
    std::optional<User> find_user(const std::string& name) override { return next_.find_user(name); }
    std::optional<Credentials> find_credentials(const std::string& user_name) override {
        return next_.find_credentials(user_name);
    }
    void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return next_.add_grant(user_id, grant, audit);
    }
    bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return next_.revoke_grant(user_id, grant, audit);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override { return next_.grants_of(user_id); }

  protected:
    UserStore& next_;
};

class ForwardingAccessTokenStore : public AccessTokenStore {
  public:
    explicit ForwardingAccessTokenStore(const Catalogue& real) : next_(real.access_tokens) {}

    std::string create_api_token(const std::string& user_id, const std::string& name, const std::string& hash,
                                 std::optional<Instant> expires_at, const AuditRecord& audit) override {
        return next_.create_api_token(user_id, name, hash, expires_at, audit);
    }
    bool revoke_api_token(const std::string& id, const AuditRecord& audit) override {
        return next_.revoke_api_token(id, audit);
    }
    std::vector<ApiToken> api_tokens() override { return next_.api_tokens(); }
    std::optional<Identity> find_identity(const std::string& hash) override {
        return next_.find_identity(hash);
    }
    void remove_expired_tokens(const std::string& name, Instant before) override {
        next_.remove_expired_tokens(name, before);
    }
    std::int64_t access_version() override { return next_.access_version(); }

  protected:
    AccessTokenStore& next_;
};

class ForwardingKeyStore : public KeyStore {
  public:
    explicit ForwardingKeyStore(const Catalogue& real) : next_(real.keys) {}

    bool begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) override {
        return next_.begin_create(key, intents, audit);
    }
    bool commit_create(const Key& key, const ChangeResolution& resolution,
                       const AuditRecord& audit) override {
        return next_.commit_create(key, resolution, audit);
    }
    Begin begin_update(const std::string& key_id, std::int64_t revision, const std::vector<Intent>& intents,
                       const AuditRecord& audit) override {
        return next_.begin_update(key_id, revision, intents, audit);
    }
    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override {
        return next_.commit_update(key, changed, resolution, audit);
    }
    bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                        const AuditRecord& audit) override {
        return next_.abandon_change(key_id, resolution, audit);
    }
    KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                               const std::optional<std::string>& environment, const std::string& owner,
                               Instant lease_until, const AuditRecord& audit) override {
        return next_.begin_deletion(key_id, revision, environment, owner, lease_until, audit);
    }
    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override {
        return next_.find_key(project_id, name);
    }
    std::optional<KeyRevision> find_revision(const std::string& project_id,
                                             const std::string& name) override {
        return next_.find_revision(project_id, name);
    }
    std::vector<Key> list_keys(const KeyQuery& query) override { return next_.list_keys(query); }
    std::vector<KeyRevision> list_revisions(const KeyQuery& query) override {
        return next_.list_revisions(query);
    }
    std::set<ObjectId> objects_of(const std::string& key_id) override { return next_.objects_of(key_id); }
    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        return next_.recorded_objects(environment, after, limit);
    }

  protected:
    KeyStore& next_;
};

class ForwardingDeploymentStore : public DeploymentStore {
  public:
    explicit ForwardingDeploymentStore(const Catalogue& real) : next_(real.deployments) {}

    std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override {
        return next_.deployed_objects(environment, limit);
    }
    bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) override {
        return next_.mark_missing(id, failure, audit);
    }
    bool mark_found(const ObjectId& id, const AuditRecord& audit) override {
        return next_.mark_found(id, audit);
    }
    bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return next_.reclaim_tombstone(id, audit);
    }
    bool adopt_key(const Key& key, const AuditRecord& audit) override { return next_.adopt_key(key, audit); }

  protected:
    DeploymentStore& next_;
};

class ForwardingChangeLog : public ChangeLog {
  public:
    explicit ForwardingChangeLog(const Catalogue& real) : next_(real.changes) {}

    std::vector<Intent> intents() override { return next_.intents(); }
    std::vector<Tombstone> tombstones() override { return next_.tombstones(); }
    std::size_t resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                        const AuditRecord& audit) override {
        return next_.resolve_expired_intents(now, owner, lease_until, audit);
    }
    std::vector<Tombstone> claim_tombstones(const TombstoneClaim& claim) override {
        return next_.claim_tombstones(claim);
    }
    std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) override {
        return next_.waiting_tombstones(now, owner);
    }
    ObjectFate fate_of(const ObjectId& id) override { return next_.fate_of(id); }
    bool condemn(const Tombstone& tombstone, const AuditRecord& audit) override {
        return next_.condemn(tombstone, audit);
    }
    void begin_destruction(const ObjectId& id) override { return next_.begin_destruction(id); }
    void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) override {
        return next_.note_lookup(id, attempted, absent_looks, look_after);
    }
    bool give_up_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return next_.give_up_tombstone(id, audit);
    }
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return next_.remove_tombstone(id, audit);
    }

  protected:
    ChangeLog& next_;
};

class ForwardingLeaseStore : public LeaseStore {
  public:
    explicit ForwardingLeaseStore(const Catalogue& real) : next_(real.leases) {}

    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override {
        return next_.renew_leases(ids, owner, lease_until);
    }
    std::set<std::string> lease_owners() override { return next_.lease_owners(); }
    void expire_leases(const std::string& owner) override { return next_.expire_leases(owner); }

  protected:
    LeaseStore& next_;
};

class ForwardingIdempotencyStore : public IdempotencyStore {
  public:
    explicit ForwardingIdempotencyStore(const Catalogue& real) : next_(real.idempotency) {}

    IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                     Instant kept_since) override {
        return next_.begin_attempt(attempt, now, kept_since);
    }
    void keep_answer(const StoredResponse& answer) override { return next_.keep_answer(answer); }
    void end_attempt(const std::string& user_id, const std::string& key, const std::string& owner) override {
        return next_.end_attempt(user_id, key, owner);
    }
    void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                        Instant lease_until) override {
        return next_.renew_attempts(owner, names, lease_until);
    }
    void forget_answers(Instant before) override { return next_.forget_answers(before); }

  protected:
    IdempotencyStore& next_;
};

/// `real` with `Double` in the place of the stores that it implements.
template <typename Double>
class CatalogueWith : public Double, public Catalogue {
  public:
    template <typename... Arguments>
    explicit CatalogueWith(const Catalogue& real, Arguments&&... arguments)
        : Double(real, std::forward<Arguments>(arguments)...),
          Catalogue{.projects = either(*this, real.projects),
                    .users = either(*this, real.users),
                    .access_tokens = either(*this, real.access_tokens),
                    .login_networks = either(*this, real.login_networks),
                    .keys = either(*this, real.keys),
                    .deployments = either(*this, real.deployments),
                    .changes = either(*this, real.changes),
                    .leases = either(*this, real.leases),
                    .idempotency = either(*this, real.idempotency),
                    .token_pins = either(*this, real.token_pins),
                    .audit_log = either(*this, real.audit_log),
                    .readiness = either(*this, real.readiness)} {}

  private:
    // Static: while the bases are made, this is no object of the class yet.
    template <typename Port>
    static Port& either(Double& stores, Port& real) {
        if constexpr (std::is_base_of_v<Port, Double>)
            return stores;
        else
            return real;
    }
};

}  // namespace keyward
