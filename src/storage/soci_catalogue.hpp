#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/timed_mutex.hpp"
#include "domain/catalogue.hpp"
#include "domain/login_networks.hpp"
#include "storage/database/catalogue_url.hpp"
#include "storage/database/connections.hpp"
#include "storage/database/outage.hpp"

namespace keyward::storage {

/// The port over SOCI. Each method is one transaction: what the folder's functions do, then the audit record,
/// then the commit. A method that returns false has written nothing, not even the audit record.
///
/// A connection that the server closed while it was idle is opened again unseen. When it is lost during a
/// change, the call throws, and the next one connects again. Whatever fails about a commit, also an error
/// that says that it was undone, leaves open whether it went through: that is looked up by the id which the
/// transaction wrote with its audit record.
class SociCatalogue final : public service::Catalogue, public service::LoginNetworks {
  public:
    /// Connects and brings the schema up to date. Throws service::CatalogueError.
    SociCatalogue(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline);

    bool create_project(const std::string& name, const std::vector<std::string>& environments,
                        const service::AuditRecord& audit) override;
    bool delete_project(const std::string& name, const service::AuditRecord& audit) override;
    std::vector<service::Project> projects() override;
    std::optional<service::Project> find_project(const std::string& name) override;

    bool create_user(const std::string& name, const std::string& password_hash,
                     const service::AuditRecord& audit) override;
    bool delete_user(const std::string& name, const service::AuditRecord& audit) override;
    std::vector<service::User> users() override;
    std::optional<service::User> find_user(const std::string& name) override;
    std::optional<service::Credentials> find_credentials(const std::string& user_name) override;

    void add_grant(const std::string& user_id, const service::Grant& grant,
                   const service::AuditRecord& audit) override;
    bool revoke_grant(const std::string& user_id, const service::Grant& grant,
                      const service::AuditRecord& audit) override;
    std::vector<service::Grant> grants_of(const std::string& user_id) override;

    std::string create_api_token(const std::string& user_id, const std::string& name, const std::string& hash,
                                 std::optional<Instant> expires_at,
                                 const service::AuditRecord& audit) override;
    bool revoke_api_token(const std::string& id, const service::AuditRecord& audit) override;
    std::vector<service::ApiToken> api_tokens() override;
    std::optional<service::Identity> find_identity(const std::string& hash) override;
    void remove_expired_tokens(const std::string& name, Instant before) override;

    std::optional<Instant> last_login(const std::string& user_name, const std::string& network) override;
    void keep_login(const std::string& user_id, const std::string& network, Instant at) override;
    void forget_logins(Instant before) override;

    std::int64_t access_version() override;

    bool begin_create(const service::Key& key, const std::vector<service::Intent>& intents,
                      const service::AuditRecord& audit) override;
    bool commit_create(const service::Key& key, const service::Settlement& settlement,
                       const service::AuditRecord& audit) override;
    service::Begin begin_update(const std::string& key_id, std::int64_t revision,
                                const std::vector<service::Intent>& intents,
                                const service::AuditRecord& audit) override;
    std::optional<std::vector<service::Tombstone>> commit_update(const service::Key& key,
                                                                 const std::set<std::string>& changed,
                                                                 const service::Settlement& settlement,
                                                                 const service::AuditRecord& audit) override;
    bool abandon_change(const std::string& key_id, const service::Settlement& settlement,
                        const service::AuditRecord& audit) override;
    service::Removal begin_removal(const std::string& key_id, std::int64_t revision,
                                   const std::optional<std::string>& environment, const std::string& owner,
                                   Instant lease_until, const service::AuditRecord& audit) override;
    std::optional<service::Key> find_key(const std::string& project_id, const std::string& name) override;
    std::optional<service::KeyStanding> find_standing(const std::string& project_id,
                                                      const std::string& name) override;
    std::vector<service::KeyStanding> list_standings(const service::KeyQuery& query) override;
    std::vector<service::Key> list_keys(const service::KeyQuery& query) override;
    std::set<ObjectId> objects_of(const std::string& key_id) override;

    service::AttemptOutcome begin_attempt(const service::Attempt& attempt, Instant now,
                                          Instant kept_since) override;
    void keep_answer(const service::KeptAnswer& answer) override;
    void end_attempt(const std::string& user_id, const std::string& key, const std::string& owner) override;
    void renew_attempts(const std::string& owner, const std::set<service::RepeatName>& names,
                        Instant lease_until) override;
    void forget_answers(Instant before) override;

    std::string bind_token(const std::string& environment, const std::string& serial,
                           const service::AuditRecord& audit) override;
    std::optional<std::string> bound_token(const std::string& environment) override;
    void retire_token(const std::string& environment, const std::string& former,
                      const service::AuditRecord& audit) override;
    void rebind_token(const std::string& environment, const std::string& serial,
                      const service::AuditRecord& audit) override;

    std::vector<service::RecordedObject> recorded_objects(const std::string& environment,
                                                          const std::optional<ObjectId>& after,
                                                          std::size_t limit) override;
    std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) override;
    bool mark_missing(const ObjectId& id, const std::string& failure,
                      const service::AuditRecord& audit) override;
    bool mark_found(const ObjectId& id, const service::AuditRecord& audit) override;
    bool reclaim_tombstone(const ObjectId& id, const service::AuditRecord& audit) override;
    bool adopt_key(const service::Key& key, const service::AuditRecord& audit) override;

    std::size_t settle_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                       const service::AuditRecord& audit) override;
    std::vector<service::Tombstone> claim_tombstones(const service::TombstoneClaim& claim) override;
    std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) override;
    service::ObjectFate fate_of(const ObjectId& id) override;
    bool condemn(const service::Tombstone& tombstone, const service::AuditRecord& audit) override;
    void begin_destruction(const ObjectId& id) override;
    void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) override;
    bool give_up_tombstone(const ObjectId& id, const service::AuditRecord& audit) override;
    void remove_tombstone(const ObjectId& id, const service::AuditRecord& audit) override;
    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override;
    std::set<std::string> lease_owners() override;
    void expire_leases(const std::string& owner) override;
    std::vector<service::Tombstone> tombstones() override;
    std::vector<service::Intent> intents() override;

    void record(const service::AuditRecord& audit) override;
    std::vector<service::AuditRecord> audit_trail(std::size_t limit) override;
    bool was_committed(const std::string& change_id) override;
    void probe(const std::string& owner, Instant now) override;

  private:
    template <typename Body>
    auto guarded(Body body);
    template <typename Body>
    auto read_leased(Body body);
    template <typename Body>
    auto read(Body body);
    template <typename Body>
    bool transact(Body body);
    template <typename Body>
    bool write(Body body, const std::string& change_id = {});
    bool went_through(const service::CatalogueError& failure, bool was_undone, const std::string& change_id);
    void note_failure(const soci::soci_error& error, const Connections::Lease& lease);
    void note_success();
    Connections::Lease lease();
    void refuse_in_outage();
    template <typename Body>
    bool change(const service::AuditRecord& audit, Body body);
    template <typename Body>
    bool change_access(const service::AuditRecord& audit, Body body);
    class TurnToWrite;

    CatalogueUrl url_;
    std::chrono::milliseconds deadline_;
    Connections connections_;
    Outage outage_;
    TimedMutex writing_;
    std::mutex probing_;
    std::optional<Connections> probe_connection_;
};

}  // namespace keyward::storage
