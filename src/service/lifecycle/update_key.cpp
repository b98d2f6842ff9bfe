#include "service/lifecycle/update_key.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/shown_name.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"
#include "service/lifecycle/update_request.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {
namespace {

/// The result for an environment that was sent without anything new.
EnvironmentResult left_alone(const Deployment& deployment) {
    EnvironmentResult result{
        deployment.environment, false, {}, deployment.key_check_value, deployment.public_key_sha256};
    switch (deployment.state) {
        case DeploymentState::deployed:
            result.success = true;
            result.message = "Left as it is";
            break;
        case DeploymentState::failed:
            result.message = "Not deployed, and nothing new was sent. " + deployment.failure;
            result.code = FailureCode::not_found;
            break;
        case DeploymentState::deleting:
            result.message = "Being undeployed, and nothing new was sent";
            result.code = FailureCode::hsm_unavailable;
            break;
    }
    return result;
}

/// Whether the request changes stored properties of the key as a whole.
bool asks_for_shared_change(const UpdateKeyRequest& request, const Key& key) {
    const auto as_set = [](const MechanismList& names) {
        return std::set<std::string>(names.begin(), names.end());
    };
    return request.description.value_or(key.description) != key.description ||
           request.type.value_or(key.type) != key.type ||
           request.algorithm.value_or(key.algorithm) != key.algorithm ||
           as_set(request.mechanisms.value_or(key.mechanisms)) != as_set(key.mechanisms);
}

/// One update-key call from its intents until the old objects are destroyed.
class Update {
  public:
    Update(ServiceContext& service_context, const Caller& caller, const Project& project, const Key& key,
           const UpdateKeyRequest& request, const PreparedUpdate& update)
        : service_context_(service_context),
          caller_(caller),
          project_(project),
          request_(request),
          update_(update),
          old_(key),
          new_(key),
          imports_(service_context, caller.user_id,
                   request.dry_run ? ObjectLifetime::session : ObjectLifetime::token) {}

    DeploymentReport run() {
        plan();
        if (imports_.empty() && !changes_shared()) return report();
        if (!imports_.empty()) import();
        DeploymentReport result = report();
        if (request_.dry_run) return result;
        const InFlight::Hold old_objects(service_context_.in_flight, objects_to_replace());
        destroy_tombstoned(service_context_, commit(result), audit("key.update.destroy", {}));
        log::info("key.updated", {{"request", request_.origin.request_id},
                                  {"user", caller_.user_name},
                                  {"client", request_.origin.client_address},
                                  {"project", project_.name},
                                  {"key", shown_name(old_.name)},
                                  {"result", results_text(result)}});
        return result;
    }

  private:
    void plan() {
        if (request_.description) new_.description = *request_.description;
        new_.type = *update_.fresh.type;
        new_.algorithm = update_.prepared.algorithm;
        new_.mechanisms = update_.prepared.mechanisms;
        new_.updated_at = service_context_.clock();
        if (changes_shared()) require_in_every_environment(caller_, project_, old_);
        const KeyUsages uses = uses_of(new_.algorithm, new_.mechanisms);
        for (const PlannedEntry& entry : update_.entries) {
            if (!entry.fresh) {
                if (entry.present == nullptr || !caller_.sees(project_, entry.environment))
                    throw environment_not_found(entry.environment);
                continue;
            }
            const EnvironmentEntry& sent = update_.fresh.environments[*entry.fresh];
            imports_.add(writable_environment(service_context_, caller_, project_, sent.environment), sent,
                         update_.prepared.entries[*entry.fresh],
                         service_context_.new_object_id(sent.environment, project_.name, old_.name),
                         object_label(sent.alias, project_.name, old_.name), uses, new_.mechanisms,
                         request_.origin.request_id);
        }
    }

    /// Whether a property changes that the key shares in all its environments.
    [[nodiscard]] bool changes_shared() const {
        return new_.description != old_.description || new_.type != old_.type ||
               new_.algorithm != old_.algorithm || new_.mechanisms != old_.mechanisms;
    }

    void import() {
        if (!request_.dry_run) begin();
        imports_.run();
        const bool all_or_nothing = request_.roll_back_on_failure || update_.all_or_nothing;
        if (!imports_.all_failed() && !(imports_.any_failed() && all_or_nothing)) return;
        if (!request_.dry_run) {
            imports_.undo();
            abandon_or_remember(
                service_context_,
                unfinished_change(old_, imports_, audit("key.update.undone", imports_.failure().what())));
        }
        throw imports_.failure();
    }

    void begin() {
        Begin begun = try_to_begin();
        if (begun == Begin::conflict) {
            // The conflict may be with a change of this process that is unfinished because the catalogue
            // failed.
            service_context_.unfinished->resolve(service_context_.catalogue, project_.id, old_.name,
                                                 service_context_.lease_end());
            begun = try_to_begin();
        }
        switch (begun) {
            case Begin::begun:
                return;
            case Begin::conflict:
                throw key_changed_meanwhile(old_.name);
            case Begin::gone:
                throw key_not_found(old_.name);
        }
    }

    Begin try_to_begin() {
        try {
            return service_context_.catalogue.keys.begin_update(
                old_.id, old_.revision, imports_.intents(old_.id), audit("key.update", "started"));
        } catch (const CatalogueError& error) {
            remember_nothing_made(service_context_,
                                  unfinished_change(old_, imports_, audit("key.update.undone", "not begun")),
                                  error);
            throw;
        }
    }

    [[nodiscard]] DeploymentReport report() const {
        std::vector<EnvironmentResult> results;
        for (const PlannedEntry& entry : update_.entries)
            results.push_back(entry.fresh ? imports_.result(*entry.fresh) : left_alone(*entry.present));
        return report_on(request_.dry_run ? Undertaking::trial_deployment : Undertaking::deployment,
                         std::move(results));
    }

    [[nodiscard]] std::set<ObjectId> objects_to_replace() const {
        std::set<ObjectId> ids;
        for (const PlannedEntry& entry : update_.entries)
            if (entry.fresh && entry.present != nullptr && entry.present->object_id)
                ids.insert(*entry.present->object_id);
        return ids;
    }

    /// Puts the new deployments into `new_` and returns their environments. A failed one leaves an old key
    /// unchanged.
    std::set<std::string> replace_deployments() {
        std::set<std::string> changed;
        for (const PlannedEntry& entry : update_.entries) {
            if (!entry.fresh) continue;
            const bool has_old_key = entry.present != nullptr && entry.present->object_id;
            if (!imports_[*entry.fresh].succeeded() && has_old_key) continue;
            Deployment made =
                imports_.deployment(*entry.fresh, update_.fresh.environments[*entry.fresh].alias);
            const auto place =
                std::ranges::find(new_.deployments, entry.environment, &Deployment::environment);
            if (place == new_.deployments.end())
                new_.deployments.push_back(std::move(made));
            else
                *place = std::move(made);
            changed.insert(entry.environment);
        }
        return changed;
    }

    /// Returns the old objects to destroy now.
    std::vector<Tombstone> commit(const DeploymentReport& result) {
        const std::set<std::string> changed = replace_deployments();
        try {
            auto retired = service_context_.catalogue.keys.commit_update(
                new_, changed, with_answer(service_context_, imports_.resolution(), request_.origin, result),
                audit("key.update.commit", results_text(result)));
            if (retired) return *std::move(retired);
        } catch (const CatalogueError& error) {
            log::error("key.commit_failed", {{"key", old_.id}, {"reason", error.what()}});
            if (imports_.empty() || !was_committed("the commit failed", &error)) throw;
            return {};  // their tombstones are written, and recovery finds them
        }
        if (imports_.empty()) throw key_changed_meanwhile(old_.name);
        if (!was_committed("too late", nullptr)) throw lease_ran_out(imports_);
        return {};
    }

    bool was_committed(const std::string& reason, const CatalogueError* failure) {
        return was_committed_all_the_same(
            service_context_, imports_, unfinished_change(old_, imports_, audit("key.update.undone", reason)),
            failure);
    }

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& result) const {
        AuditRecord record{service_context_.clock(),
                           caller_.user_name,
                           request_.origin.request_id,
                           action,
                           project_.name,
                           old_.name,
                           {},
                           result};
        for (std::size_t i = 0; i < imports_.size(); ++i)
            record.environments.push_back(imports_[i].environment());
        return record;
    }

    ServiceContext& service_context_;
    const Caller& caller_;
    const Project& project_;
    const UpdateKeyRequest& request_;
    const PreparedUpdate& update_;
    const Key& old_;
    Key new_;
    ImportBatch imports_;
};

}  // namespace

DeploymentReport UpdateKey::run(const Caller& caller, const Project& project, UpdateKeyRequest request,
                                std::vector<FieldError> mistakes) {
    const auto key = service_context_.catalogue.keys.find_key(project.id, request.key_name);
    if (!key || key->state == KeyState::creating) throw key_not_found(request.key_name);
    // Before its fields are checked: a 403 comes before a 400.
    if (asks_for_shared_change(request, *key)) require_in_every_environment(caller, project, *key);
    const auto closed = first_closed_environment(service_context_, caller, project, request.environments);
    const PreparedUpdate update =
        prepare_update(request, *key, caller, project, service_context_.policy, std::move(mistakes),
                       closed ? Contents::left_alone : Contents::decoded);
    if (closed) throw environment_not_found(*closed);
    if (key->state == KeyState::deleting)
        throw ServiceError(ErrorKind::conflict, "Key (name: " + key->name + ") is being deleted");
    return Update(service_context_, caller, project, *key, request, update).run();
}

}  // namespace keyward::service
