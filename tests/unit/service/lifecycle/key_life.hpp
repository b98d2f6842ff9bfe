#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "service/lifecycle/lifecycle.hpp"
#include "service/lifecycle/read_keys.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {

inline SecretBytes secret_text(std::string text) {
    return SecretBytes::take(text);
}

/// Base64 of this many random octets.
inline SecretBytes random_content(std::size_t octets = 32) {
    return secret_text(to_base64(random_secret(octets).reveal()));
}

/// The fixture with an AES key `k` in both environments, and all operations on it.
class KeyLife : public ServiceFixture {
  public:
    explicit KeyLife(std::chrono::milliseconds deadline = std::chrono::seconds(20))
        : ServiceFixture(deadline) {
        create(aes_request("k", {"production", "staging"}));
    }

    static EnvironmentEntry entry_of(const std::string& environment, std::size_t position = 0) {
        EnvironmentEntry entry;
        entry.pointer = "/cryptoKeyInfoEnvironmentList/" + std::to_string(position);
        entry.environment = environment;
        return entry;
    }
    static EnvironmentEntry entry_with(SecretBytes content, const std::string& environment,
                                       std::size_t position = 0) {
        EnvironmentEntry entry = entry_of(environment, position);
        entry.content = std::move(content);
        return entry;
    }
    /// An update that changes nothing yet.
    static UpdateKeyRequest change_of(const std::string& name) {
        UpdateKeyRequest request;
        request.key_name = name;
        request.origin.request_id = "request-2";
        return request;
    }
    /// New AES keys for these environments.
    static UpdateKeyRequest renewal(const std::string& name,
                                    const std::vector<std::string>& environment_names) {
        UpdateKeyRequest request = change_of(name);
        for (const std::string& environment : environment_names)
            request.environments.push_back(
                entry_with(random_content(), environment, request.environments.size()));
        return request;
    }

    /// Like service_context(), over another catalogue.
    [[nodiscard]] ServiceContext context_over(Catalogue& other) {
        return {other, environments, in_flight, {}, "this-process", [this] { return now; }};
    }
    DeploymentReport update(UpdateKeyRequest request, std::vector<FieldError> mistakes = {}) {
        return UpdateKey(service_context()).run(alice, project, std::move(request), std::move(mistakes));
    }
    DeploymentReport remove(const std::string& name) {
        return RemoveKey(service_context()).remove(alice, project, name, {"request-3", {}, {}});
    }
    DeploymentReport undeploy(const std::string& name, const std::string& environment) {
        return RemoveKey(service_context())
            .undeploy(alice, project, name, environment, {"request-4", {}, {}});
    }

    [[nodiscard]] Key key(const std::string& name = "k") const {
        return catalogue->keys.find_key(project.id, name).value();
    }
    [[nodiscard]] bool is_there(const std::string& name) const {
        return catalogue->keys.find_key(project.id, name).has_value();
    }
    [[nodiscard]] std::size_t audit_size() const { return catalogue->audit_log.audit_trail(10'000).size(); }
    /// No intent, no tombstone, nothing in flight.
    [[nodiscard]] bool is_settled() const {
        return catalogue->changes.intents().empty() && catalogue->changes.tombstones().empty() &&
               in_flight.all().empty();
    }
};

/// A change that is blocked in the middle of its import into one token, until `finish` or its destruction.
class HaltedChange {
  public:
    HaltedChange(fakes::FakeToken& token, std::function<void()> change) : token_(token) {
        token_.block_imports();
        thread_ = std::thread(std::move(change));
        token_.wait_for_blocked(1);
    }
    HaltedChange(const HaltedChange&) = delete;
    HaltedChange& operator=(const HaltedChange&) = delete;
    ~HaltedChange() { finish(); }

    void finish() {
        token_.release_imports();
        if (thread_.joinable()) thread_.join();
    }

  private:
    fakes::FakeToken& token_;
    std::thread thread_;
};

/// Runs an action of the test before a change's commit is written.
class BeforeCommit : public ForwardingKeyStore {
  public:
    BeforeCommit(const Catalogue& real, std::function<void()> action)
        : ForwardingKeyStore(real), action_(std::move(action)) {}

    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override {
        action_();
        return next_.commit_update(key, changed, resolution, audit);
    }

  private:
    std::function<void()> action_;
};

/// A store whose commit of an update fails, before it is done or after, so that only its answer is lost.
class FailingUpdateCommit : public ForwardingKeyStore {
  public:
    enum class When { before, after };
    FailingUpdateCommit(const Catalogue& real, When when) : ForwardingKeyStore(real), when_(when) {}

    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override {
        if (when_ == When::after) next_.commit_update(key, changed, resolution, audit);
        throw CatalogueError("the connection was lost");
    }

  private:
    When when_;
};

/// The pointers of a `validation_failed`, in its order.
inline std::vector<std::string> pointers_of(const ServiceError& error) {
    std::vector<std::string> pointers;
    for (const FieldError& detail : error.details())
        pointers.push_back(detail.pointer);
    return pointers;
}

}  // namespace keyward::service
