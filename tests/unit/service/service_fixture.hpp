#pragma once

#include <memory>
#include <string>

#include "base/base64.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/recovery.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/fakes/fake_token.hpp"
#include "tests/support/files.hpp"
#include "tests/support/thrown.hpp"

namespace keyward::service {

/// A real catalogue in a temporary folder, two environments over fake tokens, a project `MyProject` and a
/// caller with every grant in it. Time stands still until a test moves it.
class ServiceFixture {
  public:
    explicit ServiceFixture(std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
        for (const auto& [name, token] :
             {std::pair{"production", production}, std::pair{"staging", staging}}) {
            EnvironmentProfile profile;
            profile.name = name;
            profile.workers = 2;
            profile.deadline = deadline;
            environments.add(std::make_unique<Environment>(profile, token));
        }
        catalogue->projects.create_project("MyProject", {"production", "staging"}, {});
        catalogue->users.create_user("alice", "", {});
        project = *catalogue->projects.find_project("MyProject");
        alice = {catalogue->users.find_user("alice")->id,
                 "alice",
                 {{project.id, Permission::manage, {}}, {project.id, Permission::deploy_undeploy, {}}}};
    }
    ServiceFixture(const ServiceFixture&) = delete;
    ServiceFixture& operator=(const ServiceFixture&) = delete;
    ~ServiceFixture() {
        production->release_imports();
        staging->release_imports();
        for (const auto& environment : environments.all())
            environment->stop(std::chrono::seconds(10));
    }

    [[nodiscard]] std::string catalogue_url() const { return "sqlite://" + folder.file("keyward.db"); }
    [[nodiscard]] ServiceContext service_context() {
        return {*catalogue, environments, in_flight, {}, "this-process", [this] { return now; }, marks};
    }

    /// A create-key call for an AES key in these environments.
    static CreateKeyRequest aes_request(const std::string& name,
                                        const std::vector<std::string>& environment_names) {
        CreateKeyRequest request;
        request.name = name;
        request.type = keys::KeyType::secret;
        request.origin.request_id = "request-1";
        for (const std::string& environment : environment_names) {
            EnvironmentEntry entry;
            entry.pointer = "/cryptoKeyInfoEnvironmentList/" + std::to_string(request.environments.size());
            entry.environment = environment;
            std::string content = to_base64(random_secret(32).reveal());
            entry.content = SecretBytes::take(content);
            request.environments.push_back(std::move(entry));
        }
        return request;
    }

    DeploymentReport create(const CreateKeyRequest& request, std::vector<FieldError> mistakes = {}) {
        return CreateKey(service_context()).run(alice, project, request, std::move(mistakes));
    }

    test::TemporaryFolder folder;
    std::shared_ptr<Catalogue> catalogue = storage::open_catalogue(catalogue_url(), 4);
    std::shared_ptr<fakes::FakeToken> production = std::make_shared<fakes::FakeToken>();
    std::shared_ptr<fakes::FakeToken> staging = std::make_shared<fakes::FakeToken>();
    InFlight in_flight;
    std::shared_ptr<const ObjectMarks> marks = std::make_shared<const ObjectMarks>(random_secret(32));
    Environments environments;
    Project project;
    Caller alice;
    Instant now = system_now();
};

/// For Recovery and Reconciler: no other process has died.
inline bool no_owner_is_dead(const std::string&) {
    return false;
}

/// The ServiceError that an action throws; the test fails when it throws none.
template <typename Action>
ServiceError error_of(const Action& action) {
    return test::thrown_by<ServiceError>(action);
}

}  // namespace keyward::service
