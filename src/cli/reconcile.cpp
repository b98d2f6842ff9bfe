#include "service/recovery/reconcile.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include <unistd.h>

#include "base/log.hpp"
#include "base/process.hpp"
#include "cli/command.hpp"
#include "cli/environment_factory.hpp"
#include "cli/process.hpp"
#include "cli/progress.hpp"
#include "cli/reconcile_text.hpp"
#include "settings/request_fingerprint_secret.hpp"

namespace keyward::cli {
namespace {

constexpr std::chrono::milliseconds hung_call_limit{500};
constexpr std::chrono::milliseconds teardown_limit{2000};

/// The value of `--adopt` without an ID; not a valid ID.
constexpr const char* without_id = "(no ID)";

struct Options {
    bool dry_run = false;
    bool json = false;
    std::vector<std::string> adopt;  ///< CKA_IDs, or `without_id`
    std::vector<std::string> mechanisms;
    std::vector<std::string> give_up;
    bool remove_incomplete = false;
    std::vector<std::string> accept_tokens;
    std::vector<std::string> environments;
};

void require_configured(const std::vector<std::string>& names, const char* option,
                        const settings::Settings& settings) {
    for (const std::string& name : names)
        if (std::ranges::find(settings.environments, name, &settings::EnvironmentSettings::name) ==
            settings.environments.end())
            throw CLI::ValidationError(option, "names " + name + ", which is not in the configuration");
}

ObjectId object_id(const std::string& text, const char* option) {
    try {
        return ObjectId::from_hex(text);
    } catch (const std::invalid_argument&) {
        throw CLI::ValidationError(option, "must be an id of 32 hexadecimal digits, as reconcile prints it");
    }
}

MechanismList mechanisms_in(const Options& options, const service::ReconcileOptions& wanted) {
    for (const std::string& name : options.mechanisms)
        if (find_mechanism(name) == nullptr)
            throw CLI::ValidationError("--mechanism",
                                       "must be a name from docs/mechanisms.md, for example AES-CTR");
    if (!options.mechanisms.empty() && (wanted.adopt_objects.size() != 1 || wanted.adopt))
        throw CLI::ValidationError("--mechanism", "describes one object: use it with exactly one --adopt ID");
    return options.mechanisms;
}

service::ReconcileOptions reconcile_options(const Options& options, const settings::Settings& settings) {
    require_configured(options.environments, "--environment", settings);
    require_configured(options.accept_tokens, "--accept-token", settings);
    service::ReconcileOptions wanted;
    wanted.dry_run = options.dry_run;
    wanted.accept_tokens = {options.accept_tokens.begin(), options.accept_tokens.end()};
    wanted.remove_incomplete = options.remove_incomplete;
    wanted.environments = {options.environments.begin(), options.environments.end()};
    wanted.actor = AdminContext::audit({}, {}).actor;
    for (const std::string& text : options.adopt)
        if (text == without_id)
            wanted.adopt = true;
        else
            wanted.adopt_objects.insert(object_id(text, "--adopt").hex());
    wanted.mechanisms = mechanisms_in(options, wanted);
    for (const std::string& text : options.give_up)
        wanted.give_up.insert(object_id(text, "--give-up"));
    return wanted;
}

service::ReconcileReport run(const service::ServiceContext& service_context,
                             const service::ReconcileOptions& options) {
    Progress progress(std::cerr, isatty(STDERR_FILENO) != 0, std::chrono::steady_clock::now);
    return service::Reconciler(service_context, is_known_dead,
                               [&](const std::string& what, std::size_t done, std::size_t total) {
                                   progress.show(what.empty() ? "settling" : what, done, total);
                               })
        .run(options);
}

/// Only `serve` creates the file. Without it object marks cannot be checked, and objects are adopted by their
/// ids alone.
std::shared_ptr<const service::ObjectMarks> marks_if_there(const settings::Settings& settings) {
    const std::filesystem::path file = settings.policy.request_fingerprint_secret_file;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return nullptr;
    try {
        return std::make_shared<const service::ObjectMarks>(settings::request_fingerprint_secret(file));
    } catch (const settings::FingerprintSecretError& error) {
        std::cerr << "keyward: the origin of objects can't be checked: " << error.what() << "\n";
        return nullptr;
    }
}

int reconcile(const std::string& config, const Options& options) {
    log::only_warnings();
    const AdminContext admin(config);
    const service::ReconcileOptions wanted = reconcile_options(options, admin.settings);
    EnvironmentFactory factory(admin.settings);
    service::InFlight in_flight;
    service::Environments environments;
    factory.open_all(
        admin.settings, environments, *admin.catalogue,
        options.dry_run ? service::PinnedToken::Pinning::compare : service::PinnedToken::Pinning::record);
    const service::ServiceContext service_context{.catalogue = *admin.catalogue,
                                                  .environments = environments,
                                                  .in_flight = in_flight,
                                                  .policy = policy_of(admin.settings),
                                                  .owner = process_identity(),
                                                  .clock = system_now,
                                                  .marks = marks_if_there(admin.settings)};
    const service::ReconcileReport report = run(service_context, wanted);
    if (options.json)
        std::cout << json_of(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    else
        std::cout << text_of(report);
    std::cout.flush();
    const int exit_code = report.in_order() ? 0 : 1;
    // Finalizing a module during a call that hangs would hang too.
    if (!environments.stop(hung_call_limit)) std::_Exit(1);
    end_process_within(teardown_limit, exit_code);
    return exit_code;
}

/// A token is accepted only in an environment that is compared.
void refuse_unlisted(const std::vector<std::string>& accepted, const std::vector<std::string>& compared) {
    for (const std::string& name : accepted)
        if (!compared.empty() && std::ranges::find(compared, name) == compared.end())
            throw CLI::ValidationError("--accept-token",
                                       "names " + name + ", which --environment leaves out");
}

}  // namespace

void add_reconcile(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(
        "reconcile", "Resolve interrupted changes, and compare the tokens with the catalogue");
    command->footer(
        "Exit code 0: everything is resolved, every environment was compared, and no difference is left; "
        "1 otherwise; 2: wrong usage or configuration");
    auto* dry_run =
        command->add_flag("--dry-run", options->dry_run, "Only report: destroy nothing, write nothing");
    command->add_flag("--json", options->json, "As JSON");
    command
        ->add_option("--adopt", options->adopt,
                     "Make the catalogue match the tokens: mark lost keys as FAILED, adopt objects whose id "
                     "proves for which key Keyward made them. With an ID: adopt only that object, on your "
                     "word, as the key that its label names")
        ->type_name("[ID]")
        ->expected(0, 1)
        ->take_all()
        ->default_str(without_id)
        ->excludes(dry_run);
    command
        ->add_option("--mechanism", options->mechanisms,
                     "With --adopt ID: what the object was used with, if the token does not show it")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->excludes(dry_run);
    auto* give_up = command
                        ->add_option("--give-up", options->give_up,
                                     "End the deletion of an object that was not found, if two more lookups "
                                     "do not find it; the audit trail says not found")
                        ->type_name("ID")
                        ->allow_extra_args(false)
                        ->excludes(dry_run);
    command
        ->add_option("--accept-token", options->accept_tokens,
                     "Record that the present token is the one that holds this environment's keys: those "
                     "that it does not hold are marked as FAILED")
        ->type_name("ENVIRONMENT")
        ->allow_extra_args(false);
    command
        ->add_flag("--remove-incomplete,--remove-unidentified", options->remove_incomplete,
                   "Destroy incomplete objects, which have no id, no label and no value")
        ->excludes(dry_run);
    command
        ->add_option("--environment", options->environments,
                     "Compare these environments only; interrupted changes are resolved in all environments")
        ->excludes(give_up);
    command->callback([&invocation, options] {
        refuse_unlisted(options->accept_tokens, options->environments);
        refuse_repeated(options->environments, "--environment");
        refuse_repeated(options->accept_tokens, "--accept-token");
        refuse_repeated(options->adopt, "--adopt");
        refuse_repeated(options->mechanisms, "--mechanism");
        refuse_repeated(options->give_up, "--give-up");
        invocation.run = [&, options] { return reconcile(invocation.config, *options); };
    });
}

}  // namespace keyward::cli
