#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "service/recovery/reconcile.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {

/// Runs `event` once, after the query for an environment's records number `when`.
class AfterRecordsQuery : public ForwardingKeyStore {
  public:
    using ForwardingKeyStore::ForwardingKeyStore;

    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        auto recorded = next_.recorded_objects(environment, after, limit);
        if (++queries == when && event) std::exchange(event, nullptr)();
        return recorded;
    }

    int queries = 0;
    int when = 1;
    std::function<void()> event;
};

/// Reconciles the catalogue of a service with two environments.
class ReconcileFixture : public testing::Test {
  protected:
    ReconcileReport run(const ReconcileOptions& options = {}) {
        return Reconciler(fixture_.service_context(), no_owner_is_dead).run(options);
    }
    static ReconcileOptions dry() {
        ReconcileOptions options;
        options.dry_run = true;
        return options;
    }
    static ReconcileOptions adopting() {
        ReconcileOptions options;
        options.adopt = true;
        return options;
    }
    static ReconcileOptions removing() {
        ReconcileOptions options;
        options.remove_incomplete = true;
        return options;
    }

    static ReconcileOptions accepting(const std::string& environment) {
        ReconcileOptions options;
        options.accept_tokens = {environment};
        return options;
    }

    void create(const std::string& name) {
        fixture_.create(ServiceFixture::aes_request(name, {"production"}));
    }
    Deployment deployment(const std::string& name) const {
        return fixture_.catalogue->keys.find_key(fixture_.project.id, name)->deployments.at(0);
    }
    static std::vector<DriftKind> kinds(const EnvironmentReport& report) {
        std::vector<DriftKind> all;
        for (const Finding& finding : report.drift)
            all.push_back(finding.drift.kind);
        return all;
    }
    static TokenObject foreign(const std::string& label) {
        TokenObject object;
        object.id = ObjectId::random();
        object.id_hex = object.id->hex();
        object.label = label;
        object.algorithm = keys::Algorithm::aes;
        object.size = 256;
        object.uses = {KeyUsage::encrypt_decrypt};
        object.key_check_value = "5E89A1";
        return object;
    }
    /// An object that Keyward made for a key of MyProject, and that the token restricts to AES-GCM.
    [[nodiscard]] TokenObject of_ours(const std::string& name) const {
        TokenObject object = foreign("MyProject/" + name);
        object.id = fixture_.marks->new_id("production", "MyProject", name);
        object.id_hex = object.id->hex();
        object.allowed_mechanisms = {"AES-GCM"};
        return object;
    }

    ServiceFixture fixture_;
};

}  // namespace keyward::service
