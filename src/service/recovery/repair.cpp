#include "service/recovery/repair.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "service/recovery/adoption.hpp"

namespace keyward::service {
namespace {

constexpr std::chrono::milliseconds between_looks{2000};
/// Two searches through a large token and the pause between them.
constexpr std::chrono::milliseconds removal_limit{std::chrono::minutes(10)};
constexpr const char* lost_text = "The token does not hold this key any more: send it again";
constexpr const char* under_way_text =
    "Not removed, since an import into this environment is under way and may be making it now";

/// The adoption of the objects that one comparison found.
class Adopting {
  public:
    Adopting(ServiceContext& service_context, const Comparison& comparison, const std::string& actor,
             const AdoptionRequest& request)
        : service_context_(service_context), comparison_(comparison), actor_(actor), request_(request) {}

    /// Returns whether the drift is repaired; the note says what was done, or why it could not be.
    bool repair(Finding& finding) {
        switch (finding.drift.kind) {
            case DriftKind::missing:
                return request_.recorded_keys && mark_missing(finding);
            case DriftKind::returned:
                return request_.recorded_keys && mark_found(finding);
            case DriftKind::unknown:
                return (request_.proved_objects || is_named(finding)) && adopt_object(finding);
            case DriftKind::changed:
            case DriftKind::duplicate:
            case DriftKind::incomplete:
                return false;
        }
        return false;
    }

  private:
    bool mark_missing(Finding& finding) {
        const bool marked = service_context_.catalogue.deployments.mark_missing(
            ObjectId::from_hex(finding.drift.object), lost_text,
            audit(finding, "reconcile.missing", lost_text));
        finding.note = marked ? "Marked as FAILED" : "It was changed meanwhile";
        return marked;
    }

    bool mark_found(Finding& finding) {
        const bool marked = service_context_.catalogue.deployments.mark_found(
            ObjectId::from_hex(finding.drift.object),
            audit(finding, "reconcile.returned", "the token holds it again"));
        finding.note = marked ? "Marked as DEPLOYED" : "It was changed meanwhile";
        return marked;
    }

    bool adopt_object(Finding& finding) {
        if (finding.drift.object.size() != 2 * ObjectId::size) {
            finding.note = "Not adopted: its id is not one that Keyward gives";
            return false;
        }
        const ObjectId id = ObjectId::from_hex(finding.drift.object);
        const Adoption adoption =
            adoption_of(comparison_.ours.at(id), comparison_.environment, projects(), service_context_.policy,
                        service_context_.clock(), is_named(finding) ? request_.mechanisms : MechanismList(),
                        [this](const std::string& project_id, const std::string& name) {
                            return service_context_.catalogue.keys.find_key(project_id, name);
                        });
        if (!adoption.key) {
            finding.note = "Not adopted: " + adoption.obstacle;
            return false;
        }
        if (!is_named(finding) && !is_proved(id, adoption)) {
            finding.note =
                "Not adopted: its label says " + finding.drift.label +
                ", and nothing proves that it was made for that key; if it was, name it: --adopt " +
                finding.drift.object;
            return false;
        }
        finding.drift.project = adoption.project;
        finding.drift.key = adoption.key->name;
        const bool adopted = service_context_.catalogue.deployments.adopt_key(
            *adoption.key, audit(finding, "reconcile.adopt",
                                 "object " + finding.drift.object +
                                     (is_named(finding) ? ", named by an operator" : ", by its mark")));
        finding.note = adopted ? "Adopted" : "Not adopted: the catalogue was changed at the same time";
        return adopted;
    }

    [[nodiscard]] bool is_named(const Finding& finding) const {
        return request_.objects.contains(finding.drift.object);
    }

    [[nodiscard]] bool is_proved(const ObjectId& id, const Adoption& adoption) const {
        return service_context_.marks && service_context_.marks->prove(id, comparison_.environment,
                                                                       adoption.project, adoption.key->name);
    }

    const std::vector<Project>& projects() {
        if (!projects_) projects_ = service_context_.catalogue.projects.all_projects();
        return *projects_;
    }

    [[nodiscard]] AuditRecord audit(const Finding& finding, const std::string& action,
                                    const std::string& result) const {
        return {.at = service_context_.clock(),
                .actor = actor_,
                .action = action,
                .project = finding.drift.project,
                .key = finding.drift.key,
                .environments = {comparison_.environment},
                .result = result};
    }

    ServiceContext& service_context_;
    const Comparison& comparison_;
    const std::string& actor_;
    const AdoptionRequest& request_;
    std::optional<std::vector<Project>> projects_;
};

/// `1 half-made object is`, `2 half-made objects are`.
std::string incomplete_objects(std::size_t count, const char* one, const char* many) {
    return std::to_string(count) + (count == 1 ? " half-made object " : " half-made objects ") +
           (count == 1 ? one : many);
}

}  // namespace

void adopt(ServiceContext& service_context, const Comparison& comparison, const std::string& actor,
           const AdoptionRequest& request, EnvironmentReport& report) {
    Adopting adopting(service_context, comparison, actor, request);
    std::vector<Finding> left;
    for (Finding& finding : report.drift) {
        std::vector<Finding>& list = adopting.repair(finding) ? report.adopted : left;
        list.push_back(std::move(finding));
    }
    report.drift = std::move(left);
}

void reclaim_tombstones(ServiceContext& service_context, const Comparison& comparison,
                        const std::string& actor) {
    for (const Tombstone& tombstone : service_context.catalogue.changes.tombstones()) {
        if (tombstone.serial.empty() || tombstone.environment != comparison.environment ||
            !comparison.ours.contains(tombstone.object_id))
            continue;
        service_context.catalogue.deployments.reclaim_tombstone(
            tombstone.object_id, {.at = service_context.clock(),
                                  .actor = actor,
                                  .action = "reconcile.reclaim",
                                  .environments = {comparison.environment},
                                  .result = "object " + tombstone.object_id.hex() + " is to be destroyed"});
    }
}

void remove_incomplete(ServiceContext& service_context, const Comparison& comparison,
                       const std::string& actor, EnvironmentReport& report) {
    const auto found = std::ranges::find_if(
        report.drift, [](const Finding& finding) { return finding.drift.kind == DriftKind::incomplete; });
    if (found == report.drift.end()) return;
    const auto imports = [&] {
        return intents_of(service_context.catalogue.changes, comparison.environment);
    };
    if (comparison.imports_under_way || imports() > 0) {
        found->note = under_way_text;
        return;
    }
    const auto record = [&](const std::string& result) {
        service_context.catalogue.audit_log.record({.at = service_context.clock(),
                                                    .actor = actor,
                                                    .action = "reconcile.remove_half_made",
                                                    .environments = {comparison.environment},
                                                    .result = result});
    };
    record(incomplete_objects(found->drift.count, "is", "are") + " to be destroyed");
    try {
        report.removed =
            service_context.environments.find(comparison.environment)
                ->call<std::size_t>([](Token& token) { return token.destroy_incomplete(between_looks); },
                                    removal_limit);
    } catch (const TokenError& error) {
        found->note = std::string("Not removed: ") + error.what();
        record("broken off: " + std::string(error.what()));
        return;
    }
    record(incomplete_objects(report.removed, "was", "were") + " destroyed");
    log::warn("reconcile.half_made_removed",
              {{"environment", comparison.environment}, {"objects", report.removed}});
    found->drift.count -= std::min(found->drift.count, report.removed);
    found->note = imports() > 0 ? "Others were removed, and an import began meanwhile; look again"
                                : "Not removed: it was not there at both looks";
    if (found->drift.count == 0) report.drift.erase(found);
}

}  // namespace keyward::service
