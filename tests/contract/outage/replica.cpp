#include "tests/contract/outage/replica.hpp"

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "domain/errors.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto token_deadline = 5s;

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::hsm_unavailable:
        case ErrorKind::overloaded:
            return 503;
        default:
            return 400;
    }
}

std::vector<service::EnvironmentEntry> entries(const std::string& content) {
    std::vector<service::EnvironmentEntry> entries;
    for (const auto* environment : {"production", "staging"}) {
        service::EnvironmentEntry entry;
        entry.pointer = "/cryptoKeyInfoEnvironmentList/" + std::to_string(entries.size());
        entry.environment = environment;
        std::string text = to_base64(as_bytes(content));
        entry.content = SecretBytes::take(text);
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::string material(const std::string& name) {
    std::string octets = name + "-0123456789abcdefghijklmnopqrstuv";
    octets.resize(32);
    return octets;
}

}  // namespace

void prepare(Catalogue& catalogue) {
    catalogue.projects.create_project("MyProject", {"production", "staging"}, {});
    catalogue.users.create_user("alice", "", {});
}

Replica::Replica(const std::string& owner, Catalogue& catalogue, const Tokens& tokens)
    : service_context_{catalogue, environments_, in_flight_, {}, owner, system_now},
      health_(catalogue.readiness, owner, system_now),
      recovery_(service_context_, [](const std::string&) { return false; }),
      repeats_(
          service_context_, SecretBytes::copy_of(as_bytes("the same for all of the replicas")),
          [this] {
              const std::lock_guard turn(one_recovery_);
              recovery_.resolve();
          },
          20s) {
    for (const auto& [name, token] :
         {std::pair{"production", tokens.production}, std::pair{"staging", tokens.staging}}) {
        service::EnvironmentProfile profile;
        profile.name = name;
        profile.workers = 4;
        profile.deadline = token_deadline;
        environments_.add(std::make_unique<service::Environment>(profile, token));
    }
    project_ = *catalogue.projects.find_project("MyProject");
    alice_ = {catalogue.users.find_user("alice")->id,
              "alice",
              {{project_.id, Permission::manage, {}}, {project_.id, Permission::deploy_undeploy, {}}}};
    const auto run = [&](const char* name, std::chrono::milliseconds every, std::function<void()> task) {
        tasks_.push_back(std::make_unique<service::PeriodicTasks>(
            std::vector<service::PeriodicTasks::Task>{{name, every, std::move(task)}}));
    };
    run("catalogue", 700ms, [this] { health_.probe(); });
    run("unfinished", 250ms, [this] {
        if (health_.is_up())
            service_context_.unfinished->resolve_all(service_context_.catalogue,
                                                     service_context_.lease_end());
    });
    run("unfinished_repeats", 250ms, [this] {
        if (health_.is_up()) repeats_.finish_all();
    });
    run("leases", 5s, [this] { recovery_.renew_leases(); });
    run("repeats", 5s, [this] { repeats_.renew_leases(); });
    run("recovery", 1s, [this] {
        const std::lock_guard turn(one_recovery_);
        recovery_.resolve();
    });
}

Replica::~Replica() {
    tasks_.clear();
    for (const auto& environment : environments_.all())
        environment->stop(10s);
}

Replica::Answer Replica::create(const std::string& name, const std::string& repeat) {
    return answer("create " + name, repeat, [&](const Origin& origin) {
        service::CreateKeyRequest request;
        request.name = name;
        request.type = keys::KeyType::secret;
        request.environments = entries(material(name));
        request.origin = origin;
        return service::CreateKey(service_context_).run(alice_, project_, request, {});
    });
}

Replica::Answer Replica::update(const std::string& name, const std::string& repeat) {
    return answer("update " + name, repeat, [&](const Origin& origin) {
        service::UpdateKeyRequest request;
        request.key_name = name;
        request.environments = entries(material("other " + name));
        request.origin = origin;
        return service::UpdateKey(service_context_).run(alice_, project_, std::move(request), {});
    });
}

Replica::Answer Replica::remove(const std::string& name, const std::string& repeat) {
    return answer("remove " + name, repeat, [&](const Origin& origin) {
        return service::RemoveKey(service_context_).remove(alice_, project_, name, origin);
    });
}

Replica::Answer Replica::answer(const std::string& shape, const std::string& repeat, const Change& change) {
    try {
        Origin origin;
        origin.request_id = shape;
        std::string text;
        const auto run = [&]() -> std::optional<std::string> {
            text = change(origin).message;
            return text;
        };
        if (repeat.empty()) {
            run();
            return {200, text};
        }
        origin.repeat = {alice_.user_id, repeat,
                         [](const DeploymentReport& report) { return report.message; }};
        const auto kept =
            repeats_.run({alice_.user_id, repeat}, {"POST", {"keys"}, {}, as_bytes(shape)}, run);
        return {200, kept.value_or(text)};
    } catch (const ServiceError& error) {
        return {status_of(error.kind()), error.what()};
    } catch (const CatalogueError& error) {
        return {503, error.what()};
    }
}

std::optional<Key> Replica::find(const std::string& name) {
    return service_context_.catalogue.keys.find_key(project_.id, name);
}

}  // namespace keyward::storage
