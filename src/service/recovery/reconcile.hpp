#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/recovery/comparison.hpp"
#include "service/recovery/pending_recovery.hpp"
#include "service/recovery/recovery.hpp"

namespace keyward::service {

/// What a pass may do beside looking.
struct ReconcileOptions {
    bool dry_run = false;  ///< destroys nothing and writes nothing
    bool adopt = false;    ///< the catalogue is made to say what the tokens hold; of objects that it does not
                           ///< know, those that carry a proof of their origin are taken in
    std::set<std::string> adopt_objects;  ///< these are taken in on the operator's word; CKA_IDs in hex
    MechanismList mechanisms;             ///< what these may be used with; empty: as the token says
    std::set<ObjectId> give_up;           ///< tombstones that end when their objects are not found once more
    /// Environments whose keys are held by the token that is in place now, whichever was recorded before.
    /// They are compared with the others, and the catalogue told which of its keys that token holds.
    std::set<std::string> accept_tokens;
    bool remove_incomplete = false;      ///< incomplete objects are destroyed
    std::set<std::string> environments;  ///< which ones are compared; empty for all
    std::string actor = "keyward";       ///< who stands in the audit trail for what is healed
};

/// A disagreement that is left, or was healed.
struct Finding {
    Drift drift;
    std::string note;  ///< why it could not be healed, or what was done
};

/// A token that takes the place of another as the one that holds an environment's keys.
struct AcceptedToken {
    std::string serial;
    std::optional<std::string> previous;  ///< the serial of the one before
    bool done = true;                     ///< not in a dry run
};

struct EnvironmentReport {
    std::string name;
    ComparisonStatus status = ComparisonStatus::compared;
    std::string reason;                           ///< why it was not compared, or is not healed
    std::size_t objects = 0;                      ///< key objects in the token
    std::optional<AcceptedToken> accepted_token;  ///< when it is another one than before
    std::vector<Finding> drift;                   ///< what is left of it
    std::vector<Finding> adopted;
    std::size_t removed = 0;  ///< incomplete objects
};

/// A tombstone that was to be given up.
struct GivenUp {
    ObjectId id;
    bool done = false;
    std::string note;  ///< a sentence: how it ended, or why not
};

/// A tombstone whose object was looked for and not found.
struct AbsentObject {
    ObjectId id;
    std::string environment;
    int looks = 0;  ///< in a re-initialised module
};

struct ReconcileReport {
    std::optional<RecoveryReport> resolved;  ///< nothing in a dry run
    PendingRecovery pending;                 ///< in a dry run
    std::vector<EnvironmentReport> environments;
    std::vector<GivenUp> given_up;
    std::vector<AbsentObject> absent;
    std::vector<std::string> not_there;  ///< ids that were to be adopted, and are no unknown object anywhere

    /// Everything is settled, every environment was compared, and no drift is left.
    [[nodiscard]] bool in_order() const;
};

/// Settles interrupted changes, compares tokens and catalogue, and heals where it is told to. Safe beside
/// running services, in this process and in others. For one thread.
class Reconciler {
  public:
    /// `progress` hears of the settling under the name "".
    Reconciler(ServiceContext service_context, std::function<bool(const std::string& owner)> is_dead,
               ScanProgress progress = {});

    /// Throws CatalogueError; whatever a token does ends in the report.
    ReconcileReport run(const ReconcileOptions& options, const ScanLimits& limits = {});

  private:
    [[nodiscard]] std::vector<Environment*> chosen(const ReconcileOptions& options) const;
    RecoveryReport resolve();
    [[nodiscard]] std::optional<AcceptedToken> accept_token(Environment& environment,
                                                            const ReconcileOptions& options) const;
    void retire_token(const std::string& environment, const std::string& serial,
                      const ReconcileOptions& options) const;
    EnvironmentReport examine(Environment& environment, const ReconcileOptions& options,
                              const ScanLimits& limits, PendingRecovery& pending);

    ServiceContext service_context_;
    std::function<bool(const std::string&)> is_dead_;
    ScanProgress progress_;
};

}  // namespace keyward::service
