#pragma once

#include "domain/catalogue.hpp"

namespace keyward {

/// Doubles of the stores: each passes every call on. A test overrides what it wants to fail.

class ForwardingProjectStore : public ProjectStore {
  public:
    explicit ForwardingProjectStore(ProjectStore& next) : store_(next) {}

    bool create_project(const std::string& name, const std::vector<std::string>& environments,
                        const AuditRecord& audit) override {
        return store_.create_project(name, environments, audit);
    }
    bool delete_project(const std::string& name, const AuditRecord& audit) override {
        return store_.delete_project(name, audit);
    }
    std::vector<Project> all_projects() override { return store_.all_projects(); }
    std::optional<Project> find_project(const std::string& name) override {
        return store_.find_project(name);
    }

  private:
    ProjectStore& store_;
};

class ForwardingUserStore : public UserStore {
  public:
    explicit ForwardingUserStore(UserStore& next) : store_(next) {}

    bool create_user(const std::string& name, const std::string& password_hash,
                     const AuditRecord& audit) override {
        return store_.create_user(name, password_hash, audit);
    }
    bool delete_user(const std::string& name, const AuditRecord& audit) override {
        return store_.delete_user(name, audit);
    }
    std::vector<User> all_users() override { return store_.all_users(); }
    std::optional<User> find_user(const std::string& name) override { return store_.find_user(name); }
    std::optional<Credentials> find_credentials(const std::string& user_name) override {
        return store_.find_credentials(user_name);
    }
    void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return store_.add_grant(user_id, grant, audit);
    }
    bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return store_.revoke_grant(user_id, grant, audit);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override { return store_.grants_of(user_id); }

  private:
    UserStore& store_;
};

class ForwardingAccessTokenStore : public AccessTokenStore {
  public:
    explicit ForwardingAccessTokenStore(AccessTokenStore& next) : store_(next) {}

    std::string create_api_token(const std::string& user_id, const std::string& name, const std::string& hash,
                                 std::optional<Instant> expires_at, const AuditRecord& audit) override {
        return store_.create_api_token(user_id, name, hash, expires_at, audit);
    }
    bool revoke_api_token(const std::string& id, const AuditRecord& audit) override {
        return store_.revoke_api_token(id, audit);
    }
    std::vector<ApiToken> api_tokens() override { return store_.api_tokens(); }
    std::optional<Identity> find_identity(const std::string& hash) override {
        return store_.find_identity(hash);
    }
    void remove_expired_tokens(const std::string& name, Instant before) override {
        return store_.remove_expired_tokens(name, before);
    }
    std::int64_t access_version() override { return store_.access_version(); }

  private:
    AccessTokenStore& store_;
};

class ForwardingLoginNetworks : public LoginNetworks {
  public:
    explicit ForwardingLoginNetworks(LoginNetworks& next) : store_(next) {}

    std::optional<Instant> last_login(const std::string& user_name, const std::string& network) override {
        return store_.last_login(user_name, network);
    }
    void keep_login(const std::string& user_id, const std::string& network, Instant at) override {
        return store_.keep_login(user_id, network, at);
    }
    void forget_logins(Instant before) override { return store_.forget_logins(before); }

  private:
    LoginNetworks& store_;
};

class ForwardingKeyStore : public KeyStore {
  public:
    explicit ForwardingKeyStore(KeyStore& next) : store_(next) {}

    bool begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) override {
        return store_.begin_create(key, intents, audit);
    }
    bool commit_create(const Key& key, const ChangeResolution& resolution,
                       const AuditRecord& audit) override {
        return store_.commit_create(key, resolution, audit);
    }
    Begin begin_update(const std::string& key_id, std::int64_t revision, const std::vector<Intent>& intents,
                       const AuditRecord& audit) override {
        return store_.begin_update(key_id, revision, intents, audit);
    }
    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override {
        return store_.commit_update(key, changed, resolution, audit);
    }
    bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                        const AuditRecord& audit) override {
        return store_.abandon_change(key_id, resolution, audit);
    }
    KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                               const std::optional<std::string>& environment, const std::string& owner,
                               Instant lease_until, const AuditRecord& audit) override {
        return store_.begin_deletion(key_id, revision, environment, owner, lease_until, audit);
    }
    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override {
        return store_.find_key(project_id, name);
    }
    std::optional<KeyRevision> find_revision(const std::string& project_id,
                                             const std::string& name) override {
        return store_.find_revision(project_id, name);
    }
    std::vector<Key> list_keys(const KeyQuery& query) override { return store_.list_keys(query); }
    std::vector<KeyRevision> list_revisions(const KeyQuery& query) override {
        return store_.list_revisions(query);
    }
    std::set<ObjectId> objects_of(const std::string& key_id) override { return store_.objects_of(key_id); }
    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        return store_.recorded_objects(environment, after, limit);
    }

  private:
    KeyStore& store_;
};

class ForwardingDeploymentStore : public DeploymentStore {
  public:
    explicit ForwardingDeploymentStore(DeploymentStore& next) : store_(next) {}

    std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override {
        return store_.deployed_objects(environment, limit);
    }
    bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) override {
        return store_.mark_missing(id, failure, audit);
    }
    bool mark_found(const ObjectId& id, const AuditRecord& audit) override {
        return store_.mark_found(id, audit);
    }
    bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return store_.reclaim_tombstone(id, audit);
    }
    bool adopt_key(const Key& key, const AuditRecord& audit) override { return store_.adopt_key(key, audit); }

  private:
    DeploymentStore& store_;
};

class ForwardingChangeLog : public ChangeLog {
  public:
    explicit ForwardingChangeLog(ChangeLog& next) : store_(next) {}

    std::vector<Intent> intents() override { return store_.intents(); }
    std::vector<Tombstone> tombstones() override { return store_.tombstones(); }
    std::size_t resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                        const AuditRecord& audit) override {
        return store_.resolve_expired_intents(now, owner, lease_until, audit);
    }
    std::vector<Tombstone> claim_tombstones(const TombstoneClaim& claim) override {
        return store_.claim_tombstones(claim);
    }
    std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) override {
        return store_.waiting_tombstones(now, owner);
    }
    ObjectFate fate_of(const ObjectId& id) override { return store_.fate_of(id); }
    bool condemn(const Tombstone& tombstone, const AuditRecord& audit) override {
        return store_.condemn(tombstone, audit);
    }
    void begin_destruction(const ObjectId& id) override { return store_.begin_destruction(id); }
    void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) override {
        return store_.note_lookup(id, attempted, absent_looks, look_after);
    }
    bool give_up_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return store_.give_up_tombstone(id, audit);
    }
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return store_.remove_tombstone(id, audit);
    }

  private:
    ChangeLog& store_;
};

class ForwardingLeaseStore : public LeaseStore {
  public:
    explicit ForwardingLeaseStore(LeaseStore& next) : store_(next) {}

    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override {
        return store_.renew_leases(ids, owner, lease_until);
    }
    std::set<std::string> lease_owners() override { return store_.lease_owners(); }
    void expire_leases(const std::string& owner) override { return store_.expire_leases(owner); }

  private:
    LeaseStore& store_;
};

class ForwardingIdempotencyStore : public IdempotencyStore {
  public:
    explicit ForwardingIdempotencyStore(IdempotencyStore& next) : store_(next) {}

    IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                     Instant kept_since) override {
        return store_.begin_attempt(attempt, now, kept_since);
    }
    void keep_answer(const StoredResponse& answer) override { return store_.keep_answer(answer); }
    void end_attempt(const std::string& user_id, const std::string& key, const std::string& owner) override {
        return store_.end_attempt(user_id, key, owner);
    }
    void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                        Instant lease_until) override {
        return store_.renew_attempts(owner, names, lease_until);
    }
    void forget_answers(Instant before) override { return store_.forget_answers(before); }

  private:
    IdempotencyStore& store_;
};

class ForwardingTokenPinStore : public TokenPinStore {
  public:
    explicit ForwardingTokenPinStore(TokenPinStore& next) : store_(next) {}

    std::string pin_token(const std::string& environment, const std::string& serial,
                          const AuditRecord& audit) override {
        return store_.pin_token(environment, serial, audit);
    }
    std::optional<std::string> pinned_token(const std::string& environment) override {
        return store_.pinned_token(environment);
    }
    void retire_token(const std::string& environment, const std::string& former,
                      const AuditRecord& audit) override {
        return store_.retire_token(environment, former, audit);
    }
    void repin_token(const std::string& environment, const std::string& serial,
                     const AuditRecord& audit) override {
        return store_.repin_token(environment, serial, audit);
    }

  private:
    TokenPinStore& store_;
};

class ForwardingAuditLog : public AuditLog {
  public:
    explicit ForwardingAuditLog(AuditLog& next) : store_(next) {}

    void record(const AuditRecord& audit) override { return store_.record(audit); }
    std::vector<AuditRecord> audit_trail(std::size_t limit) override { return store_.audit_trail(limit); }
    bool was_committed(const std::string& change_id) override { return store_.was_committed(change_id); }

  private:
    AuditLog& store_;
};

class ForwardingCatalogueProbe : public CatalogueProbe {
  public:
    explicit ForwardingCatalogueProbe(CatalogueProbe& next) : store_(next) {}

    void probe(const std::string& owner, Instant now) override { return store_.probe(owner, now); }

  private:
    CatalogueProbe& store_;
};

/// A whole catalogue whose stores pass every call on.
class ForwardingCatalogue : public ForwardingProjectStore,
                            public ForwardingUserStore,
                            public ForwardingAccessTokenStore,
                            public ForwardingLoginNetworks,
                            public ForwardingKeyStore,
                            public ForwardingDeploymentStore,
                            public ForwardingChangeLog,
                            public ForwardingLeaseStore,
                            public ForwardingIdempotencyStore,
                            public ForwardingTokenPinStore,
                            public ForwardingAuditLog,
                            public ForwardingCatalogueProbe,
                            public Catalogue {
  public:
    explicit ForwardingCatalogue(const Catalogue& next)
        : ForwardingProjectStore(next.projects),
          ForwardingUserStore(next.users),
          ForwardingAccessTokenStore(next.access_tokens),
          ForwardingLoginNetworks(next.login_networks),
          ForwardingKeyStore(next.keys),
          ForwardingDeploymentStore(next.deployments),
          ForwardingChangeLog(next.changes),
          ForwardingLeaseStore(next.leases),
          ForwardingIdempotencyStore(next.idempotency),
          ForwardingTokenPinStore(next.token_pins),
          ForwardingAuditLog(next.audit_log),
          ForwardingCatalogueProbe(next.readiness),
          Catalogue{*this, *this, *this, *this, *this, *this, *this, *this, *this, *this, *this, *this},
          next_(next) {}

  protected:
    const Catalogue next_;
};

}  // namespace keyward
