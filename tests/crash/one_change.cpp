// Makes the changes of a plan with the real service, catalogue and tokens, in a process that a fault may kill
// during the last change. `one_change CONFIG PLAN` reads
//   {"changes": [{"action", "key", "type", "algorithm", "environments": [{"name", "content", "expected"}],
//    "environment", "rollback"}], "steps": ["begin_create", …], "fault": {"step", "before"}}
// and writes "step NAME" for each step of the last change, and "answer JSON" for each change.
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "cli/environment_factory.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/recovery.hpp"
#include "settings/settings.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/crash/fault_schedule.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

constexpr std::size_t connections = 4;
constexpr std::chrono::seconds stop_limit{10};
constexpr std::chrono::hours later{1};  // longer than any lease and any kept answer

FaultSchedule schedule_of(const json& plan) {
    std::optional<Fault> fault;
    if (plan.contains("fault"))
        fault = Fault{plan["fault"]["step"].get<std::size_t>(), plan["fault"]["before"].get<bool>()};
    return {plan.value("steps", std::vector<std::string>{}), fault};
}

/// The part of cli/serve.cpp that changes need.
class ChangeRunner {
  public:
    ChangeRunner(const settings::Settings& settings, const json& plan)
        : schedule_(schedule_of(plan)),
          factory_(settings),
          opened_(storage::open_catalogue(settings.catalogue.url, connections)),
          catalogue_(*opened_, schedule_) {
        for (const auto& each : settings.environments) {
            service::EnvironmentProfile profile;
            profile.name = each.name;
            profile.deadline = each.deadline;
            profile.workers = 2;
            environments_.add(std::make_unique<service::Environment>(
                profile, std::make_shared<ScheduledToken>(factory_.open(each), each.name, schedule_)));
        }
        project_ = *opened_->projects.find_project("MyProject");
        const User alice = *opened_->users.find_user("alice");
        caller_ = {alice.id, alice.name, opened_->users.grants_of(alice.id)};
    }
    ChangeRunner(const ChangeRunner&) = delete;
    ChangeRunner& operator=(const ChangeRunner&) = delete;
    ~ChangeRunner() {
        for (const auto& environment : environments_.all())
            environment->stop(stop_limit);
    }

    void begin_schedule() { schedule_.begin(); }

    json answer(const json& change) {
        try {
            if (change["action"] == json("resolve")) return resolve();
            const DeploymentReport report = run(change);
            return {{"success", report.success}, {"message", report.message}};
        } catch (const ServiceError& error) {
            return {{"success", false}, {"message", error.what()}};
        }
    }

  private:
    service::ServiceContext service_context(const Clock& clock = system_now) {
        return {catalogue_, environments_, in_flight_, {}, process_identity(), clock};
    }

    static std::vector<service::EnvironmentEntry> entries_of(const json& change) {
        std::vector<service::EnvironmentEntry> entries;
        for (const auto& sent : change["environments"]) {
            service::EnvironmentEntry entry;
            entry.pointer = "/cryptoKeyInfoEnvironmentList/" + std::to_string(entries.size());
            entry.environment = sent["name"];
            auto content = sent["content"].get<std::string>();
            entry.content = SecretBytes::take(content);
            if (sent.contains("expected")) entry.expected_check_value = sent["expected"];
            entries.push_back(std::move(entry));
        }
        return entries;
    }

    DeploymentReport run(const json& change) {
        const std::string action = change["action"];
        const std::string name = change["key"];
        if (action == "delete")
            return service::RemoveKey(service_context()).remove(caller_, project_, name, {});
        if (action == "undeploy")
            return service::RemoveKey(service_context())
                .undeploy(caller_, project_, name, change["environment"], {});
        if (action == "create") {
            service::CreateKeyRequest request;
            request.name = name;
            request.type = keys::key_type_from(change["type"].get<std::string>());
            request.algorithm = keys::algorithm_from(change["algorithm"].get<std::string>());
            // With AES-ECB the test itself can compute the check value in the token.
            if (request.algorithm == keys::Algorithm::aes) request.mechanisms = {"AES-ECB"};
            request.environments = entries_of(change);
            request.roll_back_on_failure = change["rollback"];
            return service::CreateKey(service_context()).run(caller_, project_, request, {});
        }
        service::UpdateKeyRequest request;
        request.key_name = name;
        request.environments = entries_of(change);
        request.roll_back_on_failure = change["rollback"];
        return service::UpdateKey(service_context()).run(caller_, project_, std::move(request), {});
    }

    /// Three passes of recovery: now, after the end of every lease and kept answer, and once more, when
    /// nothing may be left.
    json resolve() {
        json passes = json::array();
        for (const std::chrono::hours ahead : {std::chrono::hours(0), later, later}) {
            service::Recovery recovery(service_context([ahead] { return system_now() + ahead; }),
                                       is_known_dead);
            const service::RecoveryReport report = recovery.resolve();
            passes.push_back({{"intents", report.resolved_intents},
                              {"objects", report.destroyed_objects},
                              {"tombstones", report.removed_tombstones},
                              {"left", report.left_tombstones},
                              {"unreached", report.failed_lookups.size() + report.out_of_reach.size()}});
        }
        return passes;
    }

    FaultSchedule schedule_;
    cli::EnvironmentFactory factory_;
    std::shared_ptr<Catalogue> opened_;
    CatalogueWith<ScheduledStores> catalogue_;
    service::InFlight in_flight_;
    service::Environments environments_;
    Project project_;
    service::Caller caller_;
};

int run(const char* config, const char* plan_file) {
    std::ifstream stream(plan_file);
    const json plan = json::parse(stream);
    ChangeRunner runner(settings::load(config), plan);
    std::size_t left = plan["changes"].size();
    for (const auto& change : plan["changes"]) {
        if (--left == 0 && plan.contains("steps")) runner.begin_schedule();
        const std::string answer = runner.answer(change).dump();
        std::cout << "answer " << answer << std::endl;
    }
    return 0;
}

}  // namespace
}  // namespace keyward::e2e

int main(int count, char** words) {
    try {
        return count == 3 ? keyward::e2e::run(words[1], words[2]) : 2;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
