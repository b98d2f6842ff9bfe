#include <algorithm>

#include "base/log.hpp"
#include "service/recovery/comparison.hpp"
#include "service/recovery/repair.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {
namespace {

/// Gives up one tombstone.
class GivingUp {
  public:
    GivingUp(ServiceContext& service_context, const Tombstone& tombstone, const std::string& actor)
        : service_context_(service_context), tombstone_(tombstone), actor_(actor) {}

    GivenUp run() {
        if (!tombstone_.serial.empty())
            return end("not looked for: its token, with serial " + tombstone_.serial + ", was replaced");
        Environment* const environment = service_context_.environments.find(tombstone_.environment);
        if (environment == nullptr)
            return end("not looked for: environment " + tombstone_.environment + " is not configured");
        if (service_context_.clock() < tombstone_.keep_until)
            return refused(
                "An HSM may still be making it for a process that has died: try again in a minute");
        try {
            return look_twice(*environment);
        } catch (const TokenError& error) {
            return refused("Its token can't be asked: " + std::string(error.what()));
        }
    }

  private:
    static bool is_found(Environment& environment, const ObjectId& id) {
        return environment.call<std::size_t>([id](Token& token) { return token.count(id); }) > 0;
    }

    GivenUp look_twice(Environment& environment) {
        if (is_found(environment)) return destroy();
        if (!refresh(environment) && !was_initialised_since(environment, tombstone_))
            return refused(
                "It is not found, but its module can't be initialised again now, as it must be before the "
                "second lookup: try again in a minute, while nothing else is done in this module");
        return is_found(environment) ? destroy() : end("not found in two lookups");
    }

    /// The ping makes sure that the lookup reaches the environment's token.
    bool is_found(Environment& environment) {
        environment.call<bool>([](Token& token) { return token.ping(), true; });
        return is_found(environment, tombstone_.object_id);
    }

    [[nodiscard]] bool refresh(Environment& environment) const {
        const Instant before = service_context_.clock();
        if (!environment.call<bool>([](Token& token) { return token.refresh(); })) return false;
        environment.note_refresh(before);
        return true;
    }

    GivenUp destroy() {
        const TombstoneResult result = destroy_tombstoned(service_context_, {tombstone_}, audit({})).front();
        return {.id = tombstone_.object_id,
                .done = result.ended,
                .note = result.ended ? "The token holds it after all: it was destroyed" : result.reason};
    }

    GivenUp end(const std::string& how) {
        const std::string hex = tombstone_.object_id.hex();
        const bool ended = service_context_.catalogue.changes.give_up_tombstone(
            tombstone_.object_id,
            audit("object " + hex + " not found; given up by an operator (" + how + ")"));
        if (!ended) return refused("Its tombstone has been ended by others");
        log::warn("object.given_up",
                  {{"environment", tombstone_.environment}, {"object", hex}, {"reason", how}});
        return {.id = tombstone_.object_id, .done = true, .note = "Given up: it was " + how};
    }

    [[nodiscard]] GivenUp refused(const std::string& why) const {
        return {.id = tombstone_.object_id, .done = false, .note = why};
    }

    /// Includes the object's key, where a deployment still names it.
    [[nodiscard]] AuditRecord audit(const std::string& result) const {
        AuditRecord record{.at = service_context_.clock(),
                           .actor = actor_,
                           .action = "reconcile.give_up",
                           .environments = {tombstone_.environment},
                           .result = result};
        each_recorded(service_context_.catalogue.keys, tombstone_.environment,
                      [&](const RecordedObject& recorded) {
                          if (recorded.deployment.object_id != tombstone_.object_id) return;
                          record.project = recorded.project;
                          record.key = recorded.key;
                      });
        return record;
    }

    ServiceContext& service_context_;
    const Tombstone& tombstone_;
    const std::string& actor_;
};

std::string why_not(ObjectFate fate) {
    switch (fate) {
        case ObjectFate::in_use:
            return "It is a key's that is deployed: undeploy or delete the key first";
        case ObjectFate::condemned:
        case ObjectFate::in_another_token:
            return "It belongs to a change that is under way or was cut off: try again in a minute";
        case ObjectFate::unknown:
            break;
    }
    return "The catalogue has no tombstone with this id";
}

}  // namespace

GivenUp give_up(ServiceContext& service_context, const ObjectId& id, const std::string& actor) {
    const auto tombstones = service_context.catalogue.changes.tombstones();
    const auto found = std::ranges::find(tombstones, id, &Tombstone::object_id);
    if (found == tombstones.end())
        return {.id = id, .done = false, .note = why_not(service_context.catalogue.changes.fate_of(id))};
    if (found->serial.empty() && service_context.catalogue.changes.fate_of(id) == ObjectFate::in_use)
        return {.id = id, .done = false, .note = why_not(ObjectFate::in_use)};
    return GivingUp(service_context, *found, actor).run();
}

std::vector<AbsentObject> absent_objects(ChangeLog& changes) {
    std::vector<AbsentObject> absent;
    for (const Tombstone& tombstone : changes.tombstones())
        if (tombstone.serial.empty() && tombstone.look_after != Instant{})
            absent.push_back({.id = tombstone.object_id,
                              .environment = tombstone.environment,
                              .looks = tombstone.absent_looks});
    return absent;
}

}  // namespace keyward::service
