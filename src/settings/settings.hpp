#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "settings/mistakes.hpp"
#include "settings/pin_source.hpp"

namespace keyward::settings {

/// The contents of `config/keyward.toml`, read and checked: plain values, one struct per table. The defaults
/// here are those that the file documents; a test compares them.
struct HttpSettings {
    std::string address = "127.0.0.1";  ///< IPv4 or IPv6, in canonical spelling
    std::uint16_t port = 8080;
    std::size_t max_body = std::size_t{1024} * 1024;  ///< octets
    std::vector<std::string> trusted_proxies;         ///< peers whose X-Forwarded-For is used
    bool trusted_network = false;                     ///< required for any address except a loopback address
};

struct PolicySettings {
    bool legacy_mechanisms = false;
    unsigned rsa_min_bits = 2048;
    bool refuse_two_purposes = false;  ///< `rsa_two_purposes` is `refuse`, not `warn`
    std::string request_fingerprint_secret_file =
        "/var/lib/keyward/request-fingerprint.key";  ///< an absolute path
};

struct CatalogueSettings {
    /// `sqlite:///absolute/path` or `postgresql://…`. The latter may hold a password: must not be logged.
    std::string url = "sqlite:///var/lib/keyward/keyward.db";
    unsigned connections = 0;                  ///< 0: twice the cores, at most 64
    std::chrono::milliseconds deadline{5000};  ///< of one statement
};

/// How a key is brought into a token. This version imports by C_CreateObject (PKCS#11 v2.40, 5.7);
/// `automatic` means the same here.
enum class ImportRoute { automatic, create };

struct EnvironmentSettings {
    std::string name;
    std::string type = "PRODUCTION";  ///< PRODUCTION, SANDBOX or TEST
    std::string description;          ///< for people who list environments; UTF-8
    std::string module;               ///< absolute path of a PKCS#11 module
    std::string module_init_args;     ///< C_INITIALIZE_ARGS.pReserved; empty is NULL
    std::string token_label;          ///< empty only when `token_serial` is set
    std::string token_serial;         ///< empty: any token with the label
    bool shared_token = false;        ///< another environment may use the same token
    PinSource pin_source;
    ImportRoute import_route = ImportRoute::automatic;
    unsigned sessions = 16;
    std::chrono::milliseconds deadline{5000};
};

struct Settings {
    HttpSettings http;
    PolicySettings policy;
    CatalogueSettings catalogue;
    std::vector<EnvironmentSettings> environments;  ///< at least one, in the order of the file, no name twice
};

/// Reads and checks a configuration file (TOML 1.0). Throws SettingsError with all mistakes in it, also when
/// it cannot be read. Checks only the file: a missing module or PIN shows when the environment starts.
Settings load(const std::filesystem::path& path);

}  // namespace keyward::settings
