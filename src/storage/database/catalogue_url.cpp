#include "storage/database/catalogue_url.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "domain/catalogue.hpp"

namespace keyward::storage {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite://";
// libpq's minimum wait for a connection (PostgreSQL 15 documentation, 34.1.2).
constexpr long long least_connect_timeout = 2;

// Limits that the server enforces. The wait for a lock is shorter than that for a statement, so that the
// error names the lock.
std::string server_limits(std::chrono::milliseconds deadline) {
    return "-c statement_timeout=" + std::to_string(deadline.count() * 9 / 10) +
           "ms -c lock_timeout=" + std::to_string(deadline.count() * 8 / 10) + "ms";
}

// Defaults for options of the URL; options that it sets itself override them. Units: s, but ms for
// tcp_user_timeout.
struct Limit {
    std::string keyword;
    std::string value;
};
std::vector<Limit> limits(std::chrono::milliseconds deadline) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(deadline).count();
    return {{"connect_timeout", std::to_string(std::max<long long>(seconds, least_connect_timeout))},
            {"keepalives", "1"},
            {"keepalives_idle", "10"},
            {"keepalives_interval", "5"},
            {"keepalives_count", "3"},
            {"tcp_user_timeout", "10000"},
            {"target_session_attrs", "read-write"},
            {"options", server_limits(deadline)}};
}

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// SOCI treats a text without '=' as the path itself, and otherwise reads db="…" up to the next quote.
std::string sqlite_connect_string(const std::string& path) {
    if (path.find('=') == std::string::npos) return path;
    if (path.find('"') != std::string::npos)
        throw CatalogueError(
            "catalogue.url: the path of the database contains both \" and =, and can't be opened; rename it");
    return "db=\"" + path + '"';
}

CatalogueUrl sqlite_url(const std::string& url) {
    const std::string path = url.substr(sqlite_scheme.size());
    if (path.size() < 2 || path.front() != '/' || path.back() == '/')
        throw CatalogueError("catalogue.url '" + url +
                             "' does not name a file by its absolute path: write three slashes, for example "
                             "sqlite:///var/lib/keyward/keyward.db");
    return {.backend = Backend::sqlite,
            .connect_string = sqlite_connect_string(path),
            .path = path,
            .password = {}};
}

// One option in libpq's keyword=value form. It must survive SOCI's parser, which splits at spaces unless the
// value is in double quotes, removes those quotes, and has no escapes.
std::string conninfo_option(const std::string& keyword, const std::string& value) {
    std::string escaped;
    for (const char c : value) {
        if (c == '\\' || c == '\'' || c == '"' || is_space(c)) escaped += '\\';
        escaped += c;
    }
    if (std::none_of(value.begin(), value.end(), is_space)) return keyword + '=' + escaped;
    if (value.find('"') != std::string::npos)
        throw CatalogueError("catalogue.url: the value of '" + keyword +
                             "' contains both a space and a double quote, which can't be passed to "
                             "PostgreSQL; change one of them");
    return keyword + "=\"" + escaped + '"';
}

struct OptionsFree {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

CatalogueUrl postgresql_url(const std::string& url, std::chrono::milliseconds deadline) {
    // libpq's error message would repeat the URL with its password, so it is not requested.
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfoParse(url.c_str(), nullptr));
    if (!options)
        throw CatalogueError(
            "catalogue.url is not a PostgreSQL URL: expected postgresql://user:password@host:5432/database, "
            "with "
            "special characters of the user, password and database percent-encoded (@ as %40, / as %2F)");
    CatalogueUrl result{.backend = Backend::postgresql, .connect_string = {}, .path = {}, .password = {}};
    // SOCI would read a space after a quoted last option as one more option, without a name.
    const auto add = [&](const std::string& keyword, const std::string& value) {
        if (!result.connect_string.empty()) result.connect_string += ' ';
        result.connect_string += conninfo_option(keyword, value);
    };
    std::set<std::string, std::less<>> given;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || *option->val == '\0') continue;
        const std::string keyword = option->keyword;
        std::string value = option->val;
        if (keyword == "password") result.password = value;
        if (keyword == "options") value.insert(0, server_limits(deadline) + " ");
        add(keyword, value);
        given.insert(keyword);
    }
    for (const Limit& limit : limits(deadline))
        if (!given.contains(limit.keyword)) add(limit.keyword, limit.value);
    return result;
}

}  // namespace

CatalogueUrl parse_catalogue_url(const std::string& url, std::chrono::milliseconds deadline) {
    if (url.find('\0') != std::string::npos)
        throw CatalogueError("catalogue.url contains a NUL octet; remove it");
    if (url.starts_with(sqlite_scheme)) return sqlite_url(url);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return postgresql_url(url, deadline);
    throw CatalogueError(
        "catalogue.url is neither sqlite:///absolute/path.db nor postgresql://user:password@host/database");
}

}  // namespace keyward::storage
