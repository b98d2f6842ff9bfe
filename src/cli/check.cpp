#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/environment_factory.hpp"
#include "cli/process.hpp"
#include "crypto/openssl_ptr.hpp"
#include "keys/decode/decode.hpp"
#include "service/runtime/pinned_token.hpp"
#include "settings/settings.hpp"
#include "storage/open_catalogue.hpp"

namespace keyward::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds hung_call_limit{500};
constexpr std::chrono::milliseconds teardown_limit{2000};

/// A kind of key to try in a token, with a key made for the trial.
struct Trial {
    std::string name;
    keys::KeyMaterial material;
};

keys::KeyMaterial secret_key(keys::Algorithm algorithm, std::size_t size) {
    return keys::SecretKey{algorithm, random_secret(size)};
}

keys::KeyMaterial private_key(const PkeyPtr& key) {
    unsigned char* der = nullptr;
    const Pkcs8Ptr info(EVP_PKEY2PKCS8(key.get()));
    const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
    if (length <= 0) throw CommandFailed("OpenSSL could not make a key for the test");
    std::string text = to_base64({der, static_cast<std::size_t>(length)});
    OPENSSL_clear_free(der, static_cast<std::size_t>(length));
    return decode_content(keys::KeyType::private_key, {}, SecretBytes::take(text), {});
}

std::vector<Trial> trials() {
    std::vector<Trial> all;
    all.push_back({"AES-256", secret_key(keys::Algorithm::aes, 32)});
    all.push_back({"HMAC", secret_key(keys::Algorithm::hmac, 32)});
    all.push_back({"RSA-2048", private_key(PkeyPtr(EVP_RSA_gen(2048)))});
    all.push_back({"EC P-256", private_key(PkeyPtr(EVP_EC_gen("P-256")))});
    all.push_back({"Ed25519", private_key(PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")))});
    return all;
}

Json import_result(service::Environment& environment, const Trial& trial) {
    const auto algorithm = algorithm_of(trial.material);
    const auto uses = uses_of(algorithm, default_mechanisms(algorithm));
    try {
        environment.call<ImportResult>([&](Token& token) {
            return token.import({.id = ObjectId::random(),
                                 .label = "keyward check",
                                 .material = trial.material,
                                 .uses = uses,
                                 .lifetime = ObjectLifetime::session});
        });
        return {{"key", trial.name}, {"success", true}};
    } catch (const TokenError& error) {
        return {{"key", trial.name}, {"success", false}, {"message", error.what()}, {"code", error.code()}};
    }
}

/// A token may refuse keys for which it has no mechanism.
bool is_offered(const std::set<std::string>& offered, const Trial& trial) {
    return std::ranges::any_of(default_mechanisms(algorithm_of(trial.material)),
                               [&](const std::string& name) { return offered.contains(name); });
}

void check_token(service::Environment& environment, const std::vector<Trial>& all_trials, Json& result) {
    using Names = std::set<std::string>;
    const auto identity = environment.call<TokenIdentity>([](Token& token) {
        token.ping();
        return token.identity();
    });
    result["token"] = {{"label", identity.label},
                       {"serial", identity.serial},
                       {"manufacturer", identity.manufacturer},
                       {"model", identity.model}};
    if (const auto weakness = service::weakness_of_serial(identity))
        result["warnings"].push_back("its serial number " + *weakness +
                                     ", so only its keys distinguish it from another token, or from itself "
                                     "after a new initialization");
    const auto offered = environment.call<Names>([](Token& token) { return token.mechanisms(); });
    result["mechanisms"] = offered;
    bool all_good = true;
    bool any_good = false;
    for (const Trial& trial : all_trials) {
        result["imports"].push_back(import_result(environment, trial));
        const bool good = result["imports"].back()["success"].get<bool>();
        any_good = any_good || good;
        all_good = all_good && (good || !is_offered(offered, trial));
    }
    result["success"] = all_good && any_good;
    if (!all_good) result["message"] = "the token has mechanisms for kinds of keys that it does not accept";
    if (!any_good) result["message"] = "no kind of key can be imported";
}

/// The phase in which a call failed, in words for people.
std::string_view words_of(TokenPhase phase) {
    switch (phase) {
        case TokenPhase::loading:
            return "loading the module";
        case TokenPhase::binding:
            return "finding the token";
        case TokenPhase::opening_session:
            return "opening a session";
        case TokenPhase::logging_in:
            return "logging in";
        case TokenPhase::operating:
            return "using the token";
    }
    return "";
}

/// Calls the token through the same bulkhead as the service, so that a token that hangs is reported at its
/// deadline.
Json check_environment(service::Environment& environment, const std::vector<Trial>& all_trials) {
    Json result{{"environment", environment.name()}, {"success", false}};
    try {
        check_token(environment, all_trials, result);
    } catch (const TokenError& error) {
        result["message"] = error.what();
        result["phase"] = words_of(error.phase());
        result["call"] = error.call();
        result["code"] = error.code();
    }
    return result;
}

/// Such as `logging in: C_Login answered CKR_PIN_LOCKED`; only the phase when no call of the module failed.
std::string origin_of(const Json& result) {
    std::string text = result["phase"].get<std::string>();
    const auto call = result["call"].get<std::string>();
    const auto code = result["code"].get<std::string>();
    if (!call.empty()) text += ": " + call + (code.empty() ? " failed" : " answered " + code);
    return text;
}

void print(const Json& result) {
    std::cout << result["environment"].get<std::string>() << ": " << (result["success"] ? "ok" : "FAILED")
              << "\n";
    if (result.contains("message")) std::cout << "  " << result["message"].get<std::string>() << "\n";
    if (result.contains("phase")) std::cout << "  (" << origin_of(result) << ")\n";
    if (!result.contains("token")) return;
    const Json& token = result["token"];
    std::cout << "  token       " << token["label"].get<std::string>() << ", serial "
              << token["serial"].get<std::string>() << ", " << token["manufacturer"].get<std::string>() << " "
              << token["model"].get<std::string>() << "\n"
              << "  mechanisms  " << joined(result.value("mechanisms", std::vector<std::string>())) << "\n";
    for (const auto& warning : result.value("warnings", Json::array()))
        std::cout << "  warning     " << warning.get<std::string>() << "\n";
    for (const auto& import : result.value("imports", Json::array()))
        std::cout << "  import      " << import["key"].get<std::string>() << ": "
                  << (import["success"] ? "ok" : import["message"].get<std::string>()) << "\n";
}

/// Opens the catalogue to learn which tokens hold the keys. Testing tokens does not require a catalogue and
/// must not create one.
std::shared_ptr<Catalogue> catalogue_if_there(const settings::CatalogueSettings& settings) {
    const std::string_view scheme = "sqlite://";
    std::error_code ignored;
    if (settings.url.starts_with(scheme) &&
        !std::filesystem::exists(settings.url.substr(scheme.size()), ignored))
        return nullptr;
    try {
        return storage::open_catalogue(settings.url, 1, settings.deadline);
    } catch (const CatalogueError&) {
        return nullptr;
    }
}

/// The environments to test: all, or the one whose login an operator requests.
std::vector<service::Environment*> chosen(const service::Environments& environments,
                                          const std::string& login) {
    std::vector<service::Environment*> all;
    for (const auto& environment : environments.all())
        if (login.empty() || environment->name() == login) all.push_back(environment.get());
    if (all.empty()) throw CommandFailed("there is no environment " + login + " in the configuration");
    if (!login.empty()) all.front()->reload_pin();  // uses even the last try that the token allows
    return all;
}

int check(const std::string& config, bool json, const std::string& login) {
    log::only_warnings();
    const settings::Settings settings = settings::load(config);
    EnvironmentFactory factory(settings);
    const auto catalogue = catalogue_if_there(settings.catalogue);
    service::Environments environments;
    if (catalogue)
        factory.open_all(settings, environments, *catalogue, service::PinnedToken::Pinning::compare);
    else
        factory.open_all(settings, environments);
    const auto all_trials = trials();
    Json results = Json::array();
    bool all_good = true;
    for (auto* const environment : chosen(environments, login)) {
        results.push_back(check_environment(*environment, all_trials));
        all_good = all_good && results.back()["success"].get<bool>();
        if (!json) print(results.back());
    }
    if (json) std::cout << results.dump(2) << "\n";
    std::cout.flush();
    const int exit_code = all_good ? 0 : 1;
    // Finalizing a module during a call that hangs would hang too.
    if (!environments.stop(hung_call_limit)) std::_Exit(1);
    end_process_within(teardown_limit, exit_code);
    return exit_code;
}

}  // namespace

void add_check(CLI::App& app, Invocation& invocation) {
    const auto json = std::make_shared<bool>(false);
    auto* command = app.add_subcommand(
        "check", "Test every environment: module, token, login, mechanisms, and imports that leave nothing");
    command->add_flag("--json", *json, "As JSON");
    const auto login = std::make_shared<std::string>();
    command
        ->add_option("--login", *login,
                     "Test only this environment, and log in even if one more wrong PIN would lock its token")
        ->type_name("ENVIRONMENT");
    command->callback([&invocation, json, login] {
        invocation.run = [&, json, login] { return check(invocation.config, *json, *login); };
    });
}

}  // namespace keyward::cli
