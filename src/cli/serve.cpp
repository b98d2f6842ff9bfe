#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include <malloc.h>

#include "api/all_routes.hpp"
#include "api/application.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "cli/command.hpp"
#include "cli/environment_factory.hpp"
#include "cli/limits.hpp"
#include "cli/process.hpp"
#include "http/server.hpp"
#include "service/auth/login.hpp"
#include "service/idempotency/idempotent_requests.hpp"
#include "service/recovery/drift_watch.hpp"
#include "service/recovery/recovery.hpp"
#include "service/runtime/catalogue_health.hpp"
#include "service/runtime/periodic_tasks.hpp"
#include "settings/request_fingerprint_secret.hpp"
#include "settings/settings.hpp"
#include "storage/open_catalogue.hpp"

namespace keyward::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto hung_call_limit = 2s;
constexpr auto spare_drain_time = 10s;
constexpr auto teardown_limit = 5s;

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signals, signal);
    return signals;
}

/// Enough that requests waiting for one hanging environment leave threads for all others.
std::size_t handler_threads(const service::Environments& environments) {
    std::size_t threads = spare_handler_threads + most_waiting_repeats;
    for (const auto& environment : environments.all())
        threads += environment->profile().workers + environment->profile().queue_limit;
    return threads;
}

/// A request may wait for imports, for the cleanup of failed ones, and twice for the destruction of old
/// objects, because objects that are not found are looked up again.
std::chrono::milliseconds longest_request(const service::Environments& environments) {
    std::chrono::milliseconds longest{0};
    for (const auto& environment : environments.all())
        longest = std::max(longest, environment->profile().deadline);
    return 4 * longest;
}

std::size_t catalogue_connections(const settings::CatalogueSettings& catalogue) {
    if (catalogue.connections != 0) return catalogue.connections;
    return std::clamp<std::size_t>(2 * std::size_t{std::thread::hardware_concurrency()}, least_connections,
                                   most_connections);
}

http::ServerSettings server_settings(const settings::HttpSettings& http, std::size_t threads) {
    http::ServerSettings server;
    server.address = http.address;
    server.port = http.port;
    server.max_body = http.max_body;
    server.max_body_memory = std::max(server.max_body_memory, 4 * http.max_body);
    server.trusted_proxies = http.trusted_proxies;
    server.handler_threads = threads;
    return server;
}

/// Returns at SIGTERM or SIGINT. SIGHUP makes the tokens log in again with the current PINs of their sources.
void wait_for_the_end(const sigset_t& signals, const service::Environments& environments) {
    while (true) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) continue;
        if (signal != SIGHUP) return;
        log::info("service.reloaded");
        for (const auto& environment : environments.all()) {
            environment->reload_pin();
            environment->probe();
        }
    }
}

int serve(const std::string& config) {
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const settings::Settings settings = settings::load(config);
    SecretBytes fingerprint_secret =
        settings::request_fingerprint_secret(settings.policy.request_fingerprint_secret_file);
    const auto marks = std::make_shared<const service::ObjectMarks>(fingerprint_secret.clone());
    EnvironmentFactory factory(settings);
    const auto catalogue = storage::open_catalogue(
        settings.catalogue.url, catalogue_connections(settings.catalogue), settings.catalogue.deadline);
    service::InFlight in_flight;
    service::Environments environments;
    factory.open_all(settings, environments, *catalogue, service::PinnedToken::Pinning::record);
    const service::ServiceContext service_context{.catalogue = *catalogue,
                                                  .environments = environments,
                                                  .in_flight = in_flight,
                                                  .policy = policy_of(settings),
                                                  .owner = process_identity(),
                                                  .clock = system_now,
                                                  .marks = marks};

    service::CatalogueHealth health(catalogue->readiness, service_context.owner, system_now);
    service::Recovery recovery(service_context, is_known_dead);
    service::IdempotentRequests repeats(
        service_context, std::move(fingerprint_secret), [&] { recovery.resolve_intents(); },
        longest_request(environments) + environments.lease(), most_waiting_repeats);

    service::Access access(catalogue->access_tokens, catalogue->users, catalogue->projects, system_now);
    service::Login login(catalogue->users, catalogue->access_tokens, catalogue->login_networks, system_now,
                         std::chrono::steady_clock::now);
    service::UseKey use(service_context, std::chrono::steady_clock::now);
    const api::Application application(api::all_routes(service_context, login, use, repeats, health), access);
    http::Server server(
        server_settings(settings.http, handler_threads(environments)),
        [&](http::Request& request) { return application.handle(request); },
        [&](int status, std::string_view text, const http::Headers& headers) {
            return application.refuse(status, text, headers);
        });

    if (may_be_swapped())
        log::warn("memory.may_be_swapped", {{"advice",
                                             "keys may reach the swap device: set MemorySwapMax=0, as "
                                             "config/systemd/keyward.service does, or turn swap off"}});
    {
        const service::PeriodicTasks probes({{.name = "probe", .every = 2s, .run = [&] {
                                                  for (const auto& environment : environments.all())
                                                      environment->probe();
                                              }}});
        const service::PeriodicTasks catalogue_probe(
            {{.name = "catalogue", .every = 700ms, .run = [&] { health.probe(); }}});
        const service::PeriodicTasks finishing({{.name = "unfinished",
                                                 .every = 250ms,
                                                 .run =
                                                     [&] {
                                                         if (health.is_up())
                                                             service_context.unfinished->resolve_all(
                                                                 *catalogue, service_context.lease_end());
                                                     }},
                                                {.name = "unfinished_repeats", .every = 250ms, .run = [&] {
                                                     if (health.is_up()) repeats.finish_all();
                                                 }}});
        const service::PeriodicTasks leases(
            {{.name = "leases", .every = 5s, .run = [&] { recovery.renew_leases(); }},
             {.name = "repeats", .every = 5s, .run = [&] { repeats.renew_leases(); }}});
        service::DriftWatch drift(service_context);
        service::RecoveryRunner recovery_runner(recovery);
        const service::PeriodicTasks recovering({{.name = "recovery", .every = 5s, .run = [&] {
                                                      recovery_runner.run();
                                                      drift.begin();
                                                  }}});
        const service::PeriodicTasks purging(
            {{.name = "purge", .every = 1h, .run = [&] { login.remove_expired_tokens(); }},
             {.name = "old_answers", .every = 1h, .run = [&] { repeats.forget_old_answers(); }}});
        // Memory left behind by object scans is not counted for any request, so all free memory is returned
        // periodically.
        const service::PeriodicTasks memory(
            {{.name = "memory", .every = 1s, .run = [&] { application.return_memory(); }},
             {.name = "all_memory", .every = 1min, .run = [] { malloc_trim(0); }}});
        if (settings.http.trusted_proxies.empty())
            log::warn("http.no_trusted_proxies",
                      {{"meaning",
                        "all clients behind a proxy count as one: one of them can slow down the logins of "
                        "all, and use up the limits of one client"},
                       {"advice", "name the proxy in http.trusted_proxies; without a proxy, do nothing"}});
        server.start();
        log::info("service.started",
                  {{"address", settings.http.address}, {"port", static_cast<std::int64_t>(server.port())}});
        wait_for_the_end(signals, environments);
        log::info("service.stopping");
        const auto drain_limit = longest_request(environments) + spare_drain_time;
        end_process_within(drain_limit + teardown_limit, 0);
        recovery_runner.request_stop();
        repeats.end_waiting();
        server.stop(drain_limit);
        // All requests are answered, and all acknowledged changes are in the catalogue. The rest may hang.
        end_process_within(teardown_limit, 0);
    }
    const bool all_ended = environments.stop(hung_call_limit);
    log::info("service.stopped");
    // A call that hangs in a module cannot be interrupted, and finalizing the module during it would hang
    // too.
    if (!all_ended) std::_Exit(0);
    return 0;
}

}  // namespace

void add_serve(CLI::App& app, Invocation& invocation) {
    app.add_subcommand("serve", "Run the service until SIGTERM or SIGINT; SIGHUP reloads PINs")
        ->callback([&invocation] { invocation.run = [&] { return serve(invocation.config); }; });
}

}  // namespace keyward::cli
