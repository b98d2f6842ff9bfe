#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/recovery/comparison.hpp"
#include "service/recovery/pending_recovery.hpp"
#include "service/recovery/recovery.hpp"

namespace keyward::service {

/// What a pass may do besides comparing.
struct ReconcileOptions {
    bool dry_run = false;  ///< destroys nothing and writes nothing
    bool adopt = false;    ///< update the catalogue to match the tokens; of objects that it does not know,
                           ///< those that prove their origin are adopted
    std::set<std::string> adopt_objects;  ///< adopt these at the operator's request; CKA_IDs in hex
    MechanismList mechanisms;             ///< the mechanisms of these; empty: as the token says
    std::set<ObjectId> give_up;           ///< tombstones to end when a further lookup does not find their
                                          ///< objects
    /// Environments whose keys are held by the token that is in place now, whichever was recorded before.
    /// They are compared with the others, and the catalogue records which of its keys that token holds.
    std::set<std::string> accept_tokens;
    bool remove_incomplete = false;      ///< destroy incomplete objects
    std::set<std::string> environments;  ///< the environments to compare; empty for all
    std::string actor = "keyward";       ///< the actor of repairs in the audit trail
};

/// A disagreement that remains or was repaired.
struct Finding {
    Drift drift;
    std::string note{};  ///< why it could not be repaired, or what was done
};

/// A token that replaces another as the holder of an environment's keys.
struct AcceptedToken {
    std::string serial;
    std::optional<std::string> previous;  ///< the serial number of the previous one
    bool done = true;                     ///< false in a dry run
};

struct EnvironmentReport {
    std::string name;
    ComparisonStatus status = ComparisonStatus::compared;
    std::string reason;                           ///< why it was not compared, or is not repaired
    std::size_t objects = 0;                      ///< key objects in the token
    std::optional<AcceptedToken> accepted_token;  ///< set when it differs from the previous one
    std::vector<Finding> drift;                   ///< the drift that remains
    std::vector<Finding> adopted;
    std::size_t removed = 0;  ///< incomplete objects
};

/// The result of giving up a tombstone.
struct GivenUp {
    ObjectId id;
    bool done = false;
    std::string note;  ///< a sentence: how it ended, or why it did not
};

/// A tombstone whose object was looked for and not found.
struct AbsentObject {
    ObjectId id;
    std::string environment;
    int looks = 0;  ///< lookups in a reinitialized module
};

struct ReconcileReport {
    std::optional<RecoveryReport> resolved;  ///< nothing in a dry run
    PendingRecovery pending;                 ///< in a dry run
    std::vector<EnvironmentReport> environments;
    std::vector<GivenUp> given_up;
    std::vector<AbsentObject> absent;
    std::vector<std::string> not_there;  ///< ids to adopt that are no unknown object in any environment

    /// Everything is resolved, every environment was compared, and no drift is left.
    [[nodiscard]] bool in_order() const;
};

/// Resolves interrupted changes, compares tokens and catalogue, and repairs where it is told to. Safe while
/// services run, in this process and in others. Not thread-safe.
class Reconciler {
  public:
    /// `progress` receives the resolution of changes under the name "".
    Reconciler(ServiceContext service_context, std::function<bool(const std::string& owner)> is_dead,
               ScanProgress progress = {});

    /// Throws CatalogueError. Errors of a token are put into the report.
    ReconcileReport run(const ReconcileOptions& options, const ScanLimits& limits = {});

  private:
    [[nodiscard]] std::vector<Environment*> chosen(const ReconcileOptions& options) const;
    RecoveryReport resolve();
    [[nodiscard]] std::optional<AcceptedToken> accept_token(Environment& environment,
                                                            const ReconcileOptions& options) const;
    void retire_token(const std::string& environment, const std::string& serial,
                      const ReconcileOptions& options) const;
    EnvironmentReport compare_and_repair(Environment& environment, const ReconcileOptions& options,
                                         const ScanLimits& limits, PendingRecovery& pending);

    ServiceContext service_context_;
    std::function<bool(const std::string&)> is_dead_;
    ScanProgress progress_;
};

}  // namespace keyward::service
