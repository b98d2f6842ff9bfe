#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "base/client_text.hpp"
#include "settings/nesting.hpp"
#include "settings/request_fingerprint_secret.hpp"
#include "settings/settings.hpp"
#include "settings/table_reader.hpp"
#include "settings/values.hpp"

namespace keyward::settings {
namespace {

constexpr const char* state_folder = "/var/lib/keyward";

constexpr std::streamsize largest_file = std::streamsize{1024} * 1024;
constexpr unsigned safe_rsa_bits = 2048;
constexpr std::size_t longest_description = 4096;
constexpr std::size_t longest_syntax_text = 256;  // it may hold the name of a setting

// Forms of values.

Form<std::string> text(std::string expected, std::optional<std::string> (*parse)(std::string_view)) {
    return {std::move(expected), [parse](const toml::value& value) -> std::optional<std::string> {
                return value.is_string() ? parse(value.as_string().str) : std::nullopt;
            }};
}

Form<std::string> short_text(std::string expected, std::size_t longest) {
    return {std::move(expected), [longest](const toml::value& value) -> std::optional<std::string> {
                if (!value.is_string()) return std::nullopt;
                const std::string& found = value.as_string().str;
                if (found.size() > longest || found.find('\0') != std::string::npos) return std::nullopt;
                return found;
            }};
}

Form<bool> boolean() {
    return {"true or false", [](const toml::value& value) -> std::optional<bool> {
                return value.is_boolean() ? std::optional{value.as_boolean()} : std::nullopt;
            }};
}

template <typename T>
Form<T> integer(T least, T most) {
    return {"a whole number from " + std::to_string(least) + " to " + std::to_string(most),
            [least, most](const toml::value& value) -> std::optional<T> {
                if (!value.is_integer() || value.as_integer() < least || value.as_integer() > most)
                    return std::nullopt;
                return static_cast<T>(value.as_integer());
            }};
}

template <typename T>
Form<T> measure(std::string expected, std::optional<T> (*parse)(std::string_view), T least, T most) {
    return {std::move(expected), [parse, least, most](const toml::value& value) -> std::optional<T> {
                const auto read = value.is_string() ? parse(value.as_string().str) : std::nullopt;
                return read && *read >= least && *read <= most ? read : std::nullopt;
            }};
}

Form<std::size_t> body_size() {
    return measure<std::size_t>(R"(a size from "1KiB" to "64MiB")", parse_size, 1024,
                                std::size_t{64} * 1024 * 1024);
}

Form<std::chrono::milliseconds> deadline() {
    using namespace std::chrono_literals;
    return measure<std::chrono::milliseconds>(R"(a time from "10ms" to "5m")", parse_duration, 10ms, 5min);
}

Form<PinSource> pin_source() {
    return {R"("file:/absolute/path", "env:NAME" or "credential:NAME")",
            [](const toml::value& value) -> std::optional<PinSource> {
                return value.is_string() ? parse_pin_source(value.as_string().str) : std::nullopt;
            },
            false};
}

Form<std::string> catalogue_url() {
    auto form =
        text(R"("sqlite:///absolute/path" or "postgresql://user@host/database")", parse_catalogue_url);
    form.shown = false;  // a connection string may hold a password
    return form;
}

Form<std::string> environment_type() {
    return text("PRODUCTION, SANDBOX or TEST", [](std::string_view found) -> std::optional<std::string> {
        if (found != "PRODUCTION" && found != "SANDBOX" && found != "TEST") return std::nullopt;
        return std::string{found};
    });
}

Form<std::string> description() {
    return text("a text of at most 4096 bytes of UTF-8",
                [](std::string_view found) -> std::optional<std::string> {
                    if (found.size() > longest_description || !is_utf8(found)) return std::nullopt;
                    return std::string{found};
                });
}

/// How a discouraged choice is handled: `warn` is false, `refuse` true.
Form<bool> warn_or_refuse() {
    return {R"("warn" or "refuse")", [](const toml::value& value) -> std::optional<bool> {
                if (!value.is_string()) return std::nullopt;
                if (value.as_string().str == "warn") return false;
                if (value.as_string().str == "refuse") return true;
                return std::nullopt;
            }};
}

Form<ImportRoute> import_route() {
    return {R"("auto" or "create": the unwrap routes are not available in this version)",
            [](const toml::value& value) -> std::optional<ImportRoute> {
                if (!value.is_string()) return std::nullopt;
                if (value.as_string().str == "auto") return ImportRoute::automatic;
                if (value.as_string().str == "create") return ImportRoute::create;
                return std::nullopt;
            }};
}

Form<std::vector<std::string>> addresses() {
    return {R"(an array of IP addresses, for example ["127.0.0.1"], without ranges)",
            [](const toml::value& value) -> std::optional<std::vector<std::string>> {
                if (!value.is_array()) return std::nullopt;
                std::vector<std::string> read;
                for (const auto& element : value.as_array()) {
                    const auto address =
                        element.is_string() ? parse_address(element.as_string().str) : std::nullopt;
                    if (!address) return std::nullopt;
                    read.push_back(*address);
                }
                return read;
            }};
}

// Tables.

void read_http(TableReader& table, HttpSettings& http) {
    table.optional("address", http.address, text("an IP address, for example \"127.0.0.1\"", parse_address));
    table.optional("port", http.port, integer<std::uint16_t>(1, 65535));
    table.optional("max_body", http.max_body, body_size());
    table.optional("trusted_proxies", http.trusted_proxies, addresses());
    table.optional("trusted_network", http.trusted_network, boolean());
    if (!is_loopback(http.address) && !http.trusted_network)
        table.add(
            "address",
            "is \"" + http.address +
                "\", which other machines can reach; expected a loopback address (a proxy on this machine "
                "terminates TLS), or http.trusted_network = true if the network is closed to others");
}

/// `idempotency_key_file` is the name of the setting in earlier versions.
void read_secret_file(TableReader& table, PolicySettings& policy) {
    const auto file = text("an absolute path of a file", parse_absolute_path);
    const bool has_earlier_name = table.find("idempotency_key_file") != nullptr;
    if (table.find("request_fingerprint_secret_file") != nullptr && has_earlier_name)
        table.add("idempotency_key_file",
                  "is the earlier name of request_fingerprint_secret_file, which is set too; remove it");
    table.optional("idempotency_key_file", policy.request_fingerprint_secret_file, file);
    table.optional("request_fingerprint_secret_file", policy.request_fingerprint_secret_file, file);
}

void read_policy(TableReader& table, PolicySettings& policy) {
    table.optional("legacy_mechanisms", policy.legacy_mechanisms, boolean());
    table.optional("rsa_min_bits", policy.rsa_min_bits, integer<unsigned>(1024, 16384));
    table.optional("rsa_two_purposes", policy.refuse_two_purposes, warn_or_refuse());
    read_secret_file(table, policy);
    if (policy.rsa_min_bits < safe_rsa_bits && !policy.legacy_mechanisms)
        table.add("rsa_min_bits",
                  "is " + std::to_string(policy.rsa_min_bits) +
                      "; below 2048 it needs policy.legacy_mechanisms = true (NIST SP 800-131A)");
}

void read_catalogue(TableReader& table, CatalogueSettings& catalogue) {
    table.optional("url", catalogue.url, catalogue_url());
    table.optional("connections", catalogue.connections, integer<unsigned>(0, 64));
    table.optional("deadline", catalogue.deadline, deadline());
}

void read_environment(TableReader& table, EnvironmentSettings& environment) {
    table.required("name", environment.name,
                   text("1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
                        parse_environment_name));
    table.optional("type", environment.type, environment_type());
    table.optional("description", environment.description, description());
    table.required("module", environment.module,
                   text("the absolute path of a PKCS#11 module", parse_absolute_path));
    table.optional("module_init_args", environment.module_init_args,
                   short_text("a text of at most 4096 bytes", 4096));
    // 32 and 16 octets are the sizes of the fields in CK_TOKEN_INFO.
    table.optional("token_label", environment.token_label, short_text("a text of at most 32 bytes", 32));
    table.optional("token_serial", environment.token_serial, short_text("a text of at most 16 bytes", 16));
    table.optional("shared_token", environment.shared_token, boolean());
    table.required("pin_source", environment.pin_source, pin_source());
    table.optional("import_route", environment.import_route, import_route());
    table.optional("sessions", environment.sessions, integer<unsigned>(1, 1024));
    table.optional("deadline", environment.deadline, deadline());
}

// Both settings are absent or empty. One of a wrong type has already been reported.
bool names_no_token(const toml::value& environment) {
    const auto names_none = [&environment](const char* key) {
        return !environment.contains(key) ||
               (environment.at(key).is_string() && environment.at(key).as_string().str.empty());
    };
    return names_none("token_label") && names_none("token_serial");
}

/// Whether both paths lead to the same file. Paths of files that do not exist yet are compared as text.
bool is_same_file(const std::string& one, const std::string& other) {
    std::error_code unreadable;
    return one == other || std::filesystem::equivalent(one, other, unreadable);
}

/// Whether the settings of both environments can only fit the same token. Other cases show when the tokens
/// are found: a label in one and a serial number in the other may name the same token.
bool is_same_token(const EnvironmentSettings& one, const EnvironmentSettings& other) {
    const auto fits = [](const std::string& left, const std::string& right) {
        return left.empty() || right.empty() || left == right;
    };
    const auto is_named_by_both = [](const std::string& left, const std::string& right) {
        return !left.empty() && left == right;
    };
    return is_same_file(one.module, other.module) && fits(one.token_label, other.token_label) &&
           fits(one.token_serial, other.token_serial) &&
           (is_named_by_both(one.token_label, other.token_label) ||
            is_named_by_both(one.token_serial, other.token_serial));
}

/// Why two environments may not share a token; empty when they may.
std::string against_sharing(const EnvironmentSettings& one, const EnvironmentSettings& other) {
    if (one.type != other.type && (one.type == "PRODUCTION" || other.type == "PRODUCTION"))
        return "expected a token of its own, because a PRODUCTION environment shares its token with no other "
               "type";
    if (!one.shared_token || !other.shared_token)
        return "expected a token of its own, or shared_token = true in both environments";
    return {};
}

/// Reads a file's tables one after the other and collects all mistakes.
class Loader {
  public:
    explicit Loader(const toml::value& root) : top_(root, "", mistakes_) {}

    Settings load() {
        Settings settings;
        settings.policy.request_fingerprint_secret_file = default_fingerprint_secret_file(state_folder);
        section("http", settings.http, read_http);
        section("policy", settings.policy, read_policy);
        section("catalogue", settings.catalogue, read_catalogue);
        environments(settings.environments);
        top_.finish();
        return settings;
    }

    [[nodiscard]] const std::vector<Mistake>& mistakes() const { return mistakes_; }

  private:
    template <typename T>
    void section(const std::string& name, T& target, void (*read)(TableReader&, T&)) {
        const toml::value* const value = top_.find(name);
        if (value == nullptr) return;
        if (!value->is_table())
            return top_.add(name, "is " + described(*value) + "; expected the table [" + name + "]");
        TableReader table{*value, name + '.', mistakes_};
        read(table, target);
        table.finish();
    }

    void environments(std::vector<EnvironmentSettings>& target) {
        const toml::value* const value = top_.find("environment");
        if (value == nullptr)
            return top_.add("environment", "is missing; expected at least one [[environment]] table");
        if (!value->is_array() || value->as_array().empty())
            return top_.add("environment", "is " + described(*value) +
                                               "; expected tables that each begin with [[environment]]");
        for (const auto& element : value->as_array()) {
            if (!element.is_table()) {
                mistakes_.push_back({place_of(element), "environment contains " + described(element) +
                                                            "; expected [[environment]] tables"});
                continue;
            }
            TableReader table{element, "environment.", mistakes_};
            EnvironmentSettings environment;
            read_environment(table, environment);
            together(table, element, environment);
            apart(table, environment, target);
            table.finish();
            target.push_back(std::move(environment));
        }
    }

    // The settings of one environment must be consistent with those of the others.
    void together(TableReader& table, const toml::value& element, const EnvironmentSettings& environment) {
        if (names_no_token(element))
            table.add("token_label",
                      "names no token; expected the label of the environment's token, or a token_serial");

        const auto line = std::to_string(place_of(element).line);
        const auto [named, is_new] = lines_.try_emplace(environment.name, line);
        if (!is_new && !environment.name.empty())
            table.add("name", "\"" + environment.name + "\" is already the name of the environment in line " +
                                  named->second + "; expected another name");

        const auto [loaded, is_first] =
            init_args_.try_emplace(environment.module, environment.module_init_args);
        if (!is_first && !environment.module.empty() && loaded->second != environment.module_init_args)
            table.add("module_init_args",
                      "differs from that of another environment with the same module; expected the same "
                      "text, because a module is initialized once");
    }

    /// One token holds the keys of one environment, unless both say otherwise.
    void apart(TableReader& table, const EnvironmentSettings& environment,
               const std::vector<EnvironmentSettings>& earlier) {
        for (const EnvironmentSettings& other : earlier) {
            if (environment.name == other.name || !is_same_token(environment, other)) continue;
            const std::string why = against_sharing(environment, other);
            if (!why.empty())
                table.add(environment.token_label.empty() ? "token_serial" : "token_label",
                          "names the token of environment \"" + other.name + "\"; " + why);
        }
    }

    std::vector<Mistake> mistakes_;
    TableReader top_;
    std::map<std::string, std::string> lines_;
    std::map<std::string, std::string> init_args_;
};

// Syntax errors.

// The library's text has a line "[error] toml::function: what is wrong", a picture, and the same with more
// detail after "^---".
std::string syntax_text(const std::string& what) {
    constexpr std::string_view pointer = "^--- ";
    const auto first = what.substr(0, what.find('\n'));
    const auto colon = first.rfind(": ");
    std::string text = "this is not TOML: " + (colon == std::string::npos ? first : first.substr(colon + 2));
    const auto detail = what.rfind(pointer);
    if (detail == std::string::npos) return shown(text, longest_syntax_text);
    const auto begin = detail + pointer.size();
    return shown(text + " (" + what.substr(begin, what.find('\n', begin) - begin) + ')', longest_syntax_text);
}

std::string content_of(const std::filesystem::path& path) {
    const auto refuse = [&path](const std::string& text) {
        throw SettingsError(path.string(), {{Place{}, text}});
    };
    std::ifstream file{path, std::ios::binary};
    if (!file || std::filesystem::is_directory(path))
        refuse("the file can't be read; expected a configuration such as config/keyward.toml");
    std::string content(static_cast<std::size_t>(largest_file) + 1, '\0');
    file.read(content.data(), largest_file + 1);
    if (file.gcount() > largest_file) refuse("the file is larger than 1 MiB, so it is not a configuration");
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

toml::value parse(const std::filesystem::path& path) {
    const std::string text = content_of(path);
    // TOML is UTF-8. The library (3.7.1) reads beyond its buffers to say where a string is not.
    if (!is_utf8(text))
        throw SettingsError(path.string(), {{Place{}, "the file is not UTF-8, as TOML must be"}});
    if (const auto place = place_nested_too_deep(text))
        throw SettingsError(path.string(),
                            {{*place, "is nested more than " + std::to_string(deepest_nesting) +
                                          " deep; expected a configuration as "
                                          "config/keyward.toml shows it"}});
    std::istringstream content{text};
    try {
        return toml::parse(content, path.string());
    } catch (const toml::exception& error) {
        const auto& location = error.location();
        throw SettingsError(path.string(),
                            {{{location.line(), location.column()}, syntax_text(error.what())}});
    }
}

}  // namespace

Settings load(const std::filesystem::path& path) {
    const toml::value root = parse(path);
    Loader loader{root};
    auto settings = loader.load();
    if (!loader.mistakes().empty()) throw SettingsError(path.string(), loader.mistakes());
    return settings;
}

}  // namespace keyward::settings
