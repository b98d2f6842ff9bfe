#include "service/runtime/object_destruction.hpp"

#include <memory>

#include "base/log.hpp"

namespace keyward::service {
namespace {

using enum Destruction::Outcome;

/// The pause until recovery looks again for an object that was not found this many times in a reinitialized
/// module.
std::chrono::milliseconds pause_after(int absent_looks) {
    switch (absent_looks) {
        case 0:
            return std::chrono::seconds(15);
        case 1:
            return std::chrono::minutes(10);
        default:
            return std::chrono::hours(1);
    }
}

/// False only when it is certain that no C_DestroyObject was sent.
bool may_have_been_sent(const TokenError& error) {
    return error.phase() == TokenPhase::operating && error.fault() != TokenFault::busy &&
           error.fault() != TokenFault::pin;
}

std::string not_found_text(const ObjectId& id) {
    return "The token does not show the key's object (id " + id.hex() +
           "), and what is not found is not known to be destroyed: it is looked for again by itself; if "
           "others destroyed it, an operator ends this with: keyward reconcile --give-up " +
           id.hex();
}

/// One tombstone, from the first lookup of its object to the record in the catalogue.
class TombstoneEnd {
  public:
    TombstoneEnd(ServiceContext& service_context, const Tombstone& tombstone)
        : service_context_(service_context),
          tombstone_(tombstone),
          environment_(service_context.environments.find(tombstone.environment)),
          seen_at_(service_context.clock()) {}

    void start() {
        if (environment_ == nullptr) {
            result_.reason = "The environment is not configured";
            result_.code = FailureCode::not_found;
            close_attempt();
            return;
        }
        try {
            if (tombstone_.deployed && !tombstone_.attempted)
                service_context_.catalogue.changes.begin_destruction(tombstone_.object_id);
            call_ = environment_->begin<Destruction>(
                [&changes = service_context_.catalogue.changes, id = tombstone_.object_id](Token& token) {
                    return destroy_object(changes, token, id);
                });
        } catch (const CatalogueError& error) {
            catalogue_failed(error);
        } catch (const std::exception& error) {
            failed(error);
            close_attempt();
        }
    }

    TombstoneResult finish(const AuditRecord& audit) {
        if (!call_) return result_;
        const auto destruction = wait();
        if (!destruction) return result_;
        try {
            record(*destruction, audit);
        } catch (const CatalogueError& error) {
            log::error("object.not_struck_off",
                       {{"object", tombstone_.object_id.hex()}, {"reason", error.what()}});
            result_.reason = destruction->outcome == destroyed
                                 ? "The object is destroyed, but the catalogue can't be reached to say so"
                                 : "The catalogue can't be reached to say what came of it";
        }
        return result_;
    }

  private:
    std::optional<Destruction> wait() {
        try {
            Destruction destruction = environment_->wait(*call_);
            if (destruction.outcome == not_found && tombstone_.deployed)
                destruction = look_again(destruction);
            return destruction;
        } catch (const CatalogueError& error) {
            catalogue_failed(error);
            close_attempt();
        } catch (const TokenError& error) {
            failed(error);
            if (!may_have_been_sent(error)) close_attempt();
        } catch (const std::exception& error) {
            failed(error);
            close_attempt();
        }
        return std::nullopt;
    }

    /// Looks in a module that was initialized after the object was made: the object may be another process's,
    /// and not shown before.
    Destruction look_again(Destruction destruction) {
        const bool is_new_enough =
            environment_->last_refresh() >= seen_at_ || was_initialised_since(*environment_, tombstone_);
        if (is_new_enough) {
            destruction.refreshed = true;
            return destruction;
        }
        const Instant before = service_context_.clock();
        destruction = environment_->call<Destruction>(
            [&changes = service_context_.catalogue.changes, id = tombstone_.object_id](Token& token) {
                return destroy_object_after_refresh(changes, token, id);
            });
        if (destruction.refreshed) environment_->note_refresh(before);
        return destruction;
    }

    void record(const Destruction& destruction, const AuditRecord& audit) {
        result_.objects = destruction.objects;
        switch (destruction.outcome) {
            case destroyed:
                return end(audit, "destroyed");
            case not_found:
                result_.not_found = true;
                if (!tombstone_.deployed) return end(audit, "not found");
                if (was_attempted_before() && destruction.refreshed)
                    return end(audit, "not found, after an attempt to destroy it was cut off");
                return keep(destruction);
            case resolved:
                result_.ended = true;
                return;
        }
    }

    void end(AuditRecord audit, const std::string& what) {
        audit.environments = {tombstone_.environment};
        audit.result = "object " + tombstone_.object_id.hex() + " " + what;
        service_context_.catalogue.changes.remove_tombstone(tombstone_.object_id, audit);
        result_.ended = true;
    }

    /// Whether an earlier attempt may have destroyed the object without recording it.
    [[nodiscard]] bool was_attempted_before() const { return tombstone_.attempted && !tombstone_.fresh; }

    /// The object existed once, so it may still exist.
    void keep(const Destruction& destruction) {
        result_.reason = not_found_text(tombstone_.object_id);
        result_.code = FailureCode::not_found;
        const int looks = tombstone_.absent_looks + (destruction.refreshed ? 1 : 0);
        service_context_.catalogue.changes.note_lookup(tombstone_.object_id, was_attempted_before(), looks,
                                                       service_context_.clock() + pause_after(looks));
        log::warn("object.not_found",
                  {{"environment", tombstone_.environment},
                   {"object", tombstone_.object_id.hex()},
                   {"looks", static_cast<std::size_t>(looks)},
                   {"remedy", "if another program destroyed it: keyward reconcile --give-up " +
                                  tombstone_.object_id.hex()}});
    }

    /// Nothing was sent to the token in this attempt.
    void close_attempt() {
        if (!tombstone_.deployed || was_attempted_before()) return;
        try {
            service_context_.catalogue.changes.note_lookup(tombstone_.object_id, false,
                                                           tombstone_.absent_looks, tombstone_.look_after);
        } catch (const CatalogueError& error) {
            log::error("catalogue.failed",
                       {{"object", tombstone_.object_id.hex()}, {"reason", error.what()}});
        }
    }

    void catalogue_failed(const CatalogueError& error) {
        log::error("catalogue.failed", {{"object", tombstone_.object_id.hex()}, {"reason", error.what()}});
        result_.reason = "The catalogue can't be asked whether the object is to be destroyed";
    }

    void failed(const std::exception& error) {
        result_.reason = error.what();
        result_.code = failure_code_of(error);
        log::warn("object.not_destroyed", {{"environment", tombstone_.environment},
                                           {"object", tombstone_.object_id.hex()},
                                           {"reason", error.what()}});
    }

    ServiceContext& service_context_;
    const Tombstone& tombstone_;
    Environment* environment_;
    Instant seen_at_;  ///< by this host's clock; the object is older
    std::shared_ptr<Call<Destruction>> call_;
    TombstoneResult result_;
};

}  // namespace

Destruction destroy_object(ChangeLog& changes, Token& token, const ObjectId& id) {
    switch (changes.fate_of(id)) {
        case ObjectFate::condemned: {
            const std::size_t objects = token.destroy(id);
            return {.outcome = objects > 0 ? destroyed : not_found, .objects = objects};
        }
        case ObjectFate::unknown:
            return {.outcome = resolved};
        case ObjectFate::in_another_token:
            throw DestructionRefused(
                "The object is in a token that is not the environment's any more: it is destroyed there "
                "should "
                "that token come back");
        case ObjectFate::in_use:
            break;
    }
    log::error("object.still_in_use", {{"object", id.hex()}});
    throw DestructionRefused("The object is a key's that is deployed, so it was not destroyed");
}

bool was_initialised_since(const Environment& environment, const Tombstone& tombstone) {
    return environment.last_refresh() >= tombstone.created_at;
}

Destruction destroy_object_after_refresh(ChangeLog& changes, Token& token, const ObjectId& id) {
    const bool refreshed = token.refresh();
    Destruction destruction = destroy_object(changes, token, id);
    destruction.refreshed = refreshed;
    return destruction;
}

std::vector<TombstoneResult> destroy_tombstoned(ServiceContext& service_context,
                                                const std::vector<Tombstone>& tombstones,
                                                const AuditRecord& audit) {
    std::vector<TombstoneEnd> ends;
    ends.reserve(tombstones.size());
    for (const Tombstone& tombstone : tombstones)
        ends.emplace_back(service_context, tombstone);
    for (TombstoneEnd& end : ends)
        end.start();
    std::vector<TombstoneResult> results;
    results.reserve(ends.size());
    for (TombstoneEnd& end : ends)
        results.push_back(end.finish(audit));
    return results;
}

}  // namespace keyward::service
