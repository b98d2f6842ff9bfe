#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/idempotency/idempotent_requests.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/recovery.hpp"
#include "service/runtime/catalogue_health.hpp"
#include "service/runtime/periodic_tasks.hpp"
#include "tests/contract/outage/proxied_database.hpp"
#include "tests/fakes/fake_token.hpp"

namespace keyward::storage {

/// The tokens `production` and `staging`, which all replicas share.
struct Tokens {
    std::shared_ptr<fakes::FakeToken> production = std::make_shared<fakes::FakeToken>();
    std::shared_ptr<fakes::FakeToken> staging = std::make_shared<fakes::FakeToken>();
};

/// One process of the service without HTTP: its tasks run as in `keyward serve`.
class Replica {
  public:
    Replica(const std::string& owner, Catalogue& catalogue, const Tokens& tokens);
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;
    ~Replica();

    /// The result of a request. `status` is as in HTTP: 200, 400, 404, 409 or 503.
    struct Answer {
        int status = 0;
        std::string text;
    };
    /// Sends an Idempotency-Key unless `repeat` is empty. The same name always gives the same key material.
    Answer create(const std::string& name, const std::string& repeat);
    Answer update(const std::string& name, const std::string& repeat);
    Answer remove(const std::string& name, const std::string& repeat);

    [[nodiscard]] Catalogue& catalogue() { return service_context_.catalogue; }
    [[nodiscard]] const service::CatalogueHealth& health() const { return health_; }
    [[nodiscard]] std::optional<Key> find(const std::string& name);
    /// Whether no change of this process waits for recovery.
    [[nodiscard]] bool is_settled() const { return service_context_.unfinished->empty(); }

  private:
    using Change = std::function<DeploymentReport(const Origin&)>;
    Answer answer(const std::string& shape, const std::string& repeat, const Change& change);

    service::Environments environments_;
    service::InFlight in_flight_;
    Project project_;
    service::Caller alice_;
    service::ServiceContext service_context_;
    service::CatalogueHealth health_;
    service::Recovery recovery_;
    std::mutex one_recovery_;
    service::IdempotentRequests repeats_;
    std::vector<std::unique_ptr<service::PeriodicTasks>> tasks_;
};

/// Creates the project and the user of the replicas.
void prepare(Catalogue& catalogue);

}  // namespace keyward::storage
