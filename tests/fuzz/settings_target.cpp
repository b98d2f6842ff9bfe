#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

#include "base/client_text.hpp"
#include "settings/settings.hpp"
#include "settings/values.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

using namespace settings;

/// A file in memory, since the configuration is read from a path.
class MemoryFile {
  public:
    MemoryFile() : descriptor_(memfd_create("keyward.toml", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "memfd_create");
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    MemoryFile(MemoryFile&&) = delete;
    MemoryFile& operator=(MemoryFile&&) = delete;

    void write(std::string_view content) const {
        if (::ftruncate(descriptor_, 0) != 0 ||
            ::pwrite(descriptor_, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size()))
            throw std::system_error(errno, std::system_category(), "a file in memory");
    }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    int descriptor_;
};

const MemoryFile& memory_file() {
    static const MemoryFile file;
    return file;
}

Settings loaded(std::string_view content) {
    memory_file().write(content);
    return load(memory_file().path());
}

/// A basic string of TOML with this value.
std::string toml_text(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || c == 0x7F || c == '"' || c == '\\')
            text += "\\u00" + to_hex({&octet, 1});
        else
            text += c;
    }
    return text + '"';
}

std::string flag(bool value) {
    return value ? "true" : "false";
}

std::string duration(std::chrono::milliseconds value) {
    return toml_text(std::to_string(value.count()) + "ms");
}

std::string written(const HttpSettings& http) {
    std::string proxies;
    for (const std::string& proxy : http.trusted_proxies)
        proxies += toml_text(proxy) + ",";
    return "[http]\naddress = " + toml_text(http.address) + "\nport = " + std::to_string(http.port) +
           "\nmax_body = " + toml_text(std::to_string(http.max_body) + "B") + "\ntrusted_proxies = [" +
           proxies + "]\ntrusted_network = " + flag(http.trusted_network) + "\n";
}

std::string written(const PolicySettings& policy) {
    return "[policy]\nlegacy_mechanisms = " + flag(policy.legacy_mechanisms) +
           "\nrsa_min_bits = " + std::to_string(policy.rsa_min_bits) +
           "\nrsa_two_purposes = " + toml_text(policy.refuse_two_purposes ? "refuse" : "warn") +
           "\nrequest_fingerprint_secret_file = " + toml_text(policy.request_fingerprint_secret_file) + "\n";
}

std::string written(const CatalogueSettings& catalogue) {
    return "[catalogue]\nurl = " + toml_text(catalogue.url) +
           "\nconnections = " + std::to_string(catalogue.connections) +
           "\ndeadline = " + duration(catalogue.deadline) + "\n";
}

std::string written(const EnvironmentSettings& environment) {
    return "[[environment]]\nname = " + toml_text(environment.name) +
           "\ntype = " + toml_text(environment.type) +
           "\ndescription = " + toml_text(environment.description) +
           "\nmodule = " + toml_text(environment.module) +
           "\nmodule_init_args = " + toml_text(environment.module_init_args) +
           "\ntoken_label = " + toml_text(environment.token_label) +
           "\ntoken_serial = " + toml_text(environment.token_serial) +
           "\nshared_token = " + flag(environment.shared_token) +
           "\npin_source = " + toml_text(to_string(environment.pin_source)) + "\nimport_route = " +
           toml_text(environment.import_route == ImportRoute::create ? "create" : "auto") +
           "\nsessions = " + std::to_string(environment.sessions) +
           "\ndeadline = " + duration(environment.deadline) + "\n";
}

std::string written(const Settings& settings) {
    std::string text = written(settings.http) + written(settings.policy) + written(settings.catalogue);
    for (const EnvironmentSettings& environment : settings.environments)
        text += written(environment);
    return text;
}

bool is_deadline(std::chrono::milliseconds value) {
    return value >= std::chrono::milliseconds{10} && value <= std::chrono::minutes{5};
}

void check_environment(const EnvironmentSettings& environment) {
    expect(parse_environment_name(environment.name).has_value(), "an environment's name has its form");
    expect(parse_absolute_path(environment.module).has_value(), "a module's path is absolute");
    expect(parse_pin_source(to_string(environment.pin_source)) == environment.pin_source,
           "the source of a PIN that is written and read is the same");
    expect(!environment.token_label.empty() || !environment.token_serial.empty(), "a token is named");
    expect(environment.token_label.size() <= 32 && environment.token_serial.size() <= 16,
           "what names a token fits into CK_TOKEN_INFO");
    expect(environment.sessions >= 1 && environment.sessions <= 1024 && is_deadline(environment.deadline),
           "an environment's limits are in range");
}

void check_settings_read(const Settings& settings) {
    expect(parse_address(settings.http.address) == settings.http.address, "an address is canonical");
    expect(settings.http.trusted_network || is_loopback(settings.http.address), "others reach no address");
    expect(settings.http.port != 0, "a port is one");
    expect(settings.policy.rsa_min_bits >= 2048 || settings.policy.legacy_mechanisms,
           "short RSA keys need legacy mechanisms");
    expect(is_deadline(settings.catalogue.deadline), "a deadline is in range");
    std::set<std::string> names;
    for (const EnvironmentSettings& environment : settings.environments) {
        check_environment(environment);
        expect(names.insert(environment.name).second, "no environment's name occurs twice");
    }
    expect(!names.empty(), "there is an environment");
    const std::string text = written(settings);
    expect(written(loaded(text)) == text, "settings that are written and read again are the same");
}

void check_refusal(const SettingsError& refusal, std::string_view input) {
    const std::string_view text = refusal.what();
    const auto& mistakes = refusal.mistakes();
    expect(!mistakes.empty(), "a refusal has a mistake");
    expect(std::ranges::count(text, '\n') + 1 == std::ssize(mistakes), "each mistake is one line");
    // The TOML library counts what follows the last line as one more.
    const auto lines = std::ranges::count(input, '\n') + 2;
    for (const auto& [place, what] : mistakes) {
        expect(place.line >= 1 && place.line <= lines && place.column >= 1, "a mistake is in the file");
        expect(what.size() < 512, "a mistake is one short sentence");
        expect(is_utf8(what) && !has_control_characters(what), "a mistake is plain text");
    }
}

bool check_file(std::string_view input) {
    std::optional<Settings> settings;
    try {
        settings = loaded(input);
    } catch (const SettingsError& refusal) {
        check_refusal(refusal, input);
        return false;
    }
    check_settings_read(*settings);
    return true;
}

/// A configuration whose only unknown is one setting.
std::string with(std::string_view table, const std::string& setting) {
    const std::string url = table == "catalogue" ? setting : "url = \"sqlite:///keyward.db\"";
    return "[catalogue]\n" + url +
           "\n[[environment]]\nname = \"a\"\nmodule = \"/m.so\"\ntoken_label = \"t\"\n" +
           (table == "environment" ? setting : "pin_source = \"env:PIN\"") + "\n";
}

/// The error text is the same for every value.
void check_secret(std::string_view table, const std::string& setting, std::string_view value,
                  std::string_view text) {
    try {
        loaded(with(table, setting + " = " + toml_text(value)));
    } catch (const SettingsError& refusal) {
        for (const Mistake& mistake : refusal.mistakes())
            expect(mistake.text == text || mistake.text ==
                                               "environment.pin_source is missing; expected "
                                               "\"file:/absolute/path\", \"env:NAME\" or "
                                               "\"credential:NAME\"",
                   "the text of an error does not depend on the value of a secret");
    }
}

void check_secrets(std::string_view value) {
    constexpr std::string_view hidden =
        " is a text that is not shown, because it may contain a secret; expected ";
    check_secret("environment", "pin_source", value,
                 "environment.pin_source" + std::string(hidden) +
                     R"("file:/absolute/path", "env:NAME" or "credential:NAME")");
    check_secret("catalogue", "url", value,
                 "catalogue.url" + std::string(hidden) +
                     R"("sqlite:///absolute/path" or "postgresql://user@host/database")");
    check_secret("environment", "pin", value,
                 "environment.pin is not a setting; did you mean environment.pin_source?");
}

void check_values(std::string_view text) {
    if (const auto size = parse_size(text)) expect(*size <= 1'000'000'000ULL << 20U, "a size is limited");
    if (const auto time = parse_duration(text))
        expect(*time <= std::chrono::hours{24} && time->count() >= 0, "a duration is at most a day");
    if (const auto source = parse_pin_source(text))
        expect(to_string(*source) == text, "the source of a PIN is written as it is read");
    if (const auto address = parse_address(text))
        expect(parse_address(*address) == address, "an address has one spelling");
}

}  // namespace

bool check_settings(std::string_view input) {
    constexpr std::size_t longest_value = 512;
    if (input.size() <= longest_value) {
        check_values(input);
        if (is_utf8(input)) check_secrets(input);
    }
    return check_file(input);
}

}  // namespace keyward::fuzz
