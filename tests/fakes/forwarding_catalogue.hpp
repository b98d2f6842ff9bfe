#pragma once

#include "service/catalogue.hpp"

namespace keyward::service {

/// Hands every call on to another catalogue. A test overrides what it wants to go wrong.
class ForwardingCatalogue : public Catalogue {
  public:
    explicit ForwardingCatalogue(Catalogue& next) : next_(next) {}

    bool create_project(const std::string& name, const std::vector<std::string>& environments,
                        const AuditRecord& audit) override {
        return next_.create_project(name, environments, audit);
    }
    bool delete_project(const std::string& name, const AuditRecord& audit) override {
        return next_.delete_project(name, audit);
    }
    std::vector<Project> projects() override { return next_.projects(); }
    std::optional<Project> find_project(const std::string& name) override { return next_.find_project(name); }
    bool create_user(const std::string& name, const std::string& password_hash,
                     const AuditRecord& audit) override {
        return next_.create_user(name, password_hash, audit);
    }
    bool delete_user(const std::string& name, const AuditRecord& audit) override {
        return next_.delete_user(name, audit);
    }
    std::vector<User> users() override { return next_.users(); }
    std::optional<User> find_user(const std::string& name) override { return next_.find_user(name); }
    void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return next_.add_grant(user_id, grant, audit);
    }
    bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) override {
        return next_.revoke_grant(user_id, grant, audit);
    }
    std::vector<Grant> grants_of(const std::string& user_id) override { return next_.grants_of(user_id); }
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
    bool begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) override {
        return next_.begin_create(key, intents, audit);
    }
    bool commit_create(const Key& key, const std::string& owner, const std::set<ObjectId>& clean,
                       Instant tombstone_lease, const AuditRecord& audit) override {
        return next_.commit_create(key, owner, clean, tombstone_lease, audit);
    }
    bool abandon_create(const std::string& key_id, const std::string& owner, const std::set<ObjectId>& clean,
                        Instant tombstone_lease, const AuditRecord& audit) override {
        return next_.abandon_create(key_id, owner, clean, tombstone_lease, audit);
    }
    std::optional<Key> find_key(const std::string& project_id, const std::string& name) override {
        return next_.find_key(project_id, name);
    }
    std::optional<KeyState> key_state(const std::string& key_id) override { return next_.key_state(key_id); }
    std::size_t settle_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                       const AuditRecord& audit) override {
        return next_.settle_expired_intents(now, owner, lease_until, audit);
    }
    std::vector<Tombstone> claim_tombstones(Instant now, const std::string& owner,
                                            Instant lease_until) override {
        return next_.claim_tombstones(now, owner, lease_until);
    }
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        return next_.remove_tombstone(id, audit);
    }
    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override {
        return next_.renew_leases(ids, owner, lease_until);
    }
    std::set<std::string> lease_owners() override { return next_.lease_owners(); }
    void expire_leases(const std::string& owner) override { return next_.expire_leases(owner); }
    std::vector<Tombstone> tombstones() override { return next_.tombstones(); }
    std::vector<Intent> intents() override { return next_.intents(); }
    std::vector<AuditRecord> audit_trail(std::size_t limit) override { return next_.audit_trail(limit); }
    void ping() override { return next_.ping(); }

  protected:
    Catalogue& next_;
};

}  // namespace keyward::service
