#pragma once

#include <string>
#include <vector>

#include "domain/change.hpp"
#include "service/lifecycle/import.hpp"
#include "service/lifecycle/key_request.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The imports of one request, one for each environment that it provides a key for. They run in parallel.
/// Used by the thread of one request only.
class ImportBatch {
  public:
    /// The imports are queued under this user. `lifetime` is `session` for a trial that leaves nothing.
    ImportBatch(ServiceContext& service_context, std::string user_id, ObjectLifetime lifetime)
        : service_context_(service_context), user_id_(std::move(user_id)), lifetime_(lifetime) {}
    ImportBatch(const ImportBatch&) = delete;
    ImportBatch& operator=(const ImportBatch&) = delete;
    ImportBatch(ImportBatch&&) = delete;
    ImportBatch& operator=(ImportBatch&&) = delete;
    /// Its objects count as in flight until here.
    ~ImportBatch();

    /// Makes no call yet. `id` is the CKA_ID of the object to create.
    void add(Environment& environment, const EnvironmentEntry& entry, const PreparedEntry& prepared,
             const ObjectId& id, const std::string& label, const KeyUsages& uses,
             const MechanismList& mechanisms, const std::string& request_id);

    /// Runs all imports until each has ended or its deadline has passed, and cleans up after those that
    /// failed.
    void run();
    /// Takes back those that succeeded.
    void undo();

    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool any_failed() const;
    [[nodiscard]] bool all_failed() const;
    [[nodiscard]] const Import& operator[](std::size_t position) const { return items_[position].import; }

    [[nodiscard]] std::vector<Intent> intents(const std::string& key_id) const;
    /// For the objects of imports that succeeded, when it is possible that no record in the catalogue names
    /// them.
    [[nodiscard]] std::vector<Tombstone> tombstones() const;
    /// The CKA_IDs of the imports that succeeded.
    [[nodiscard]] std::set<ObjectId> ids() const;
    /// In the request's order.
    [[nodiscard]] std::vector<std::string> environments() const;
    /// For the commit or the end of the change: carries the owner, with imports that left nothing as clean.
    [[nodiscard]] ChangeResolution resolution() const;
    /// The deployment that one import made, or failed to make.
    [[nodiscard]] Deployment deployment(std::size_t position, const std::string& alias) const;
    /// The answer's entry for one import that has run.
    [[nodiscard]] EnvironmentResult result(std::size_t position) const;
    /// The error when nothing was kept. Only the client can correct a refusal, so it is `validation_failed`
    /// only if every failure was a refusal.
    [[nodiscard]] ServiceError failure() const;

  private:
    void clean_up();

    struct Item {
        Import import;
        std::string pointer;
        std::string source;
        int size;
        KeyUsages uses;
    };

    ServiceContext& service_context_;
    std::string user_id_;
    ObjectLifetime lifetime_;
    std::vector<Item> items_;
};

}  // namespace keyward::service
