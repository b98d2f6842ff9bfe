#include "service/burial.hpp"

#include <memory>

#include "core/log.hpp"

namespace keyward::service {
namespace {

/// One object on its way out of its token.
class Destruction {
  public:
    Destruction(Workplace& workplace, const Tombstone& tombstone)
        : workplace_(workplace),
          tombstone_(tombstone),
          environment_(workplace.environments.find(tombstone.environment)) {}

    void start() {
        if (environment_ == nullptr) {
            failure_ = {"The environment is not configured", FailureCode::not_found};
            return;
        }
        try {
            call_ = environment_->begin<std::size_t>(
                [id = tombstone_.object_id](Token& token) { return token.destroy(id); });
        } catch (const std::exception& error) {
            failed(error);
        }
    }

    std::optional<BurialFailure> finish(AuditRecord audit) {
        if (!call_) return failure_;
        try {
            environment_->wait(*call_);
            audit.environments = {tombstone_.environment};
            audit.result = "object " + tombstone_.object_id.hex() + " destroyed";
            workplace_.catalogue.remove_tombstone(tombstone_.object_id, audit);
        } catch (const CatalogueError& error) {
            log::error("object.not_struck_off",
                       {{"object", tombstone_.object_id.hex()}, {"reason", error.what()}});
            failure_ = {"The object is destroyed, but the catalogue can't be reached to say so",
                        FailureCode::internal_error};
        } catch (const std::exception& error) {
            failed(error);
        }
        return failure_;
    }

  private:
    void failed(const std::exception& error) {
        failure_ = {error.what(), failure_code_of(error)};
        log::warn("object.not_destroyed", {{"environment", tombstone_.environment},
                                           {"object", tombstone_.object_id.hex()},
                                           {"reason", error.what()}});
    }

    Workplace& workplace_;
    const Tombstone& tombstone_;
    Environment* environment_;
    std::shared_ptr<Call<std::size_t>> call_;
    std::optional<BurialFailure> failure_;
};

}  // namespace

std::vector<std::optional<BurialFailure>> bury(Workplace& workplace, const std::vector<Tombstone>& tombstones,
                                               const AuditRecord& audit) {
    std::vector<Destruction> destructions;
    for (const Tombstone& tombstone : tombstones)
        destructions.emplace_back(workplace, tombstone);
    for (Destruction& destruction : destructions)
        destruction.start();
    std::vector<std::optional<BurialFailure>> failures;
    for (Destruction& destruction : destructions)
        failures.push_back(destruction.finish(audit));
    return failures;
}

}  // namespace keyward::service
