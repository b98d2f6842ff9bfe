#pragma once

#include "domain/catalogue.hpp"
#include "storage/database/database.hpp"

namespace keyward::storage {

/// The stores over SQL. Each method is one transaction. The database must outlive them.

class SqlProjectStore final : public ProjectStore {
  public:
    explicit SqlProjectStore(Database& database) : database_(database) {}

    bool create_project(const std::string& name, const std::vector<std::string>& environments,
                        const AuditRecord& audit) override;
    bool delete_project(const std::string& name, const AuditRecord& audit) override;
    std::vector<Project> all_projects() override;
    std::optional<Project> find_project(const std::string& name) override;

  private:
    Database& database_;
};

class SqlUserStore final : public UserStore {
  public:
    explicit SqlUserStore(Database& database) : database_(database) {}

    bool create_user(const std::string& name, const std::string& password_hash,
                     const AuditRecord& audit) override;
    bool delete_user(const std::string& name, const AuditRecord& audit) override;
    std::vector<User> all_users() override;
    std::optional<User> find_user(const std::string& name) override;
    std::optional<Credentials> find_credentials(const std::string& user_name) override;
    void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override;
    bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override;
    std::vector<Grant> grants_of(const std::string& user_id) override;

  private:
    Database& database_;
};

class SqlAccessTokenStore final : public AccessTokenStore {
  public:
    explicit SqlAccessTokenStore(Database& database) : database_(database) {}

    std::string create_api_token(const std::string& user_id, const std::string& name, const std::string& hash,
                                 std::optional<Instant> expires_at, const AuditRecord& audit) override;
    bool revoke_api_token(const std::string& id, const AuditRecord& audit) override;
    std::vector<ApiToken> api_tokens() override;
    std::optional<Identity> find_identity(const std::string& hash) override;
    void remove_expired_tokens(const std::string& name, Instant before) override;
    std::int64_t access_version() override;

  private:
    Database& database_;
};

class SqlLoginNetworks final : public LoginNetworks {
  public:
    explicit SqlLoginNetworks(Database& database) : database_(database) {}

    std::optional<Instant> last_login(const std::string& user_name, const std::string& network) override;
    void keep_login(const std::string& user_id, const std::string& network, Instant at) override;
    void forget_logins(Instant before) override;

  private:
    Database& database_;
};

class SqlKeyStore final : public KeyStore {
  public:
    explicit SqlKeyStore(Database& database) : database_(database) {}

    bool begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) override;
    bool commit_create(const Key& key, const ChangeResolution& resolution, const AuditRecord& audit) override;
    Begin begin_update(const std::string& key_id, std::int64_t revision, const std::vector<Intent>& intents,
                       const AuditRecord& audit) override;
    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override;
    bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                        const AuditRecord& audit) override;
    KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                               const std::optional<std::string>& environment, const std::string& owner,
                               Instant lease_until, const AuditRecord& audit) override;
    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override;
    std::optional<KeyRevision> find_revision(const std::string& project_id, const std::string& name) override;
    std::vector<Key> list_keys(const KeyQuery& query) override;
    std::vector<KeyRevision> list_revisions(const KeyQuery& query) override;
    std::set<ObjectId> objects_of(const std::string& key_id) override;
    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override;

  private:
    Database& database_;
};

class SqlDeploymentStore final : public DeploymentStore {
  public:
    explicit SqlDeploymentStore(Database& database) : database_(database) {}

    std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override;
    bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) override;
    bool mark_found(const ObjectId& id, const AuditRecord& audit) override;
    bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) override;
    bool adopt_key(const Key& key, const AuditRecord& audit) override;

  private:
    Database& database_;
};

class SqlChangeLog final : public ChangeLog {
  public:
    explicit SqlChangeLog(Database& database) : database_(database) {}

    std::vector<Intent> intents() override;
    std::vector<Tombstone> tombstones() override;
    std::size_t resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                        const AuditRecord& audit) override;
    std::vector<Tombstone> claim_tombstones(const TombstoneClaim& claim) override;
    std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) override;
    ObjectFate fate_of(const ObjectId& id) override;
    bool condemn(const Tombstone& tombstone, const AuditRecord& audit) override;
    void begin_destruction(const ObjectId& id) override;
    void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) override;
    bool give_up_tombstone(const ObjectId& id, const AuditRecord& audit) override;
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override;

  private:
    Database& database_;
};

class SqlLeaseStore final : public LeaseStore {
  public:
    explicit SqlLeaseStore(Database& database) : database_(database) {}

    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override;
    std::set<std::string> lease_owners() override;
    void expire_leases(const std::string& owner) override;

  private:
    Database& database_;
};

class SqlIdempotencyStore final : public IdempotencyStore {
  public:
    explicit SqlIdempotencyStore(Database& database) : database_(database) {}

    IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                     Instant kept_since) override;
    void keep_answer(const StoredResponse& answer) override;
    void end_attempt(const std::string& user_id, const std::string& key, const std::string& owner) override;
    void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                        Instant lease_until) override;
    void forget_answers(Instant before) override;

  private:
    Database& database_;
};

class SqlTokenPinStore final : public TokenPinStore {
  public:
    explicit SqlTokenPinStore(Database& database) : database_(database) {}

    std::string pin_token(const std::string& environment, const std::string& serial,
                          const AuditRecord& audit) override;
    std::optional<std::string> pinned_token(const std::string& environment) override;
    void retire_token(const std::string& environment, const std::string& former,
                      const AuditRecord& audit) override;
    void repin_token(const std::string& environment, const std::string& serial,
                     const AuditRecord& audit) override;

  private:
    Database& database_;
};

class SqlAuditLog final : public AuditLog {
  public:
    explicit SqlAuditLog(Database& database) : database_(database) {}

    void record(const AuditRecord& audit) override;
    std::vector<AuditRecord> audit_trail(std::size_t limit) override;
    bool was_committed(const std::string& change_id) override;

  private:
    Database& database_;
};

class SqlCatalogueProbe final : public CatalogueProbe {
  public:
    explicit SqlCatalogueProbe(Database& database) : database_(database) {}

    void probe(const std::string& owner, Instant now) override { database_.probe(owner, now); }

  private:
    Database& database_;
};

}  // namespace keyward::storage
