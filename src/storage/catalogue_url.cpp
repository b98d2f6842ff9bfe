#include "storage/catalogue_url.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

#include "service/catalogue.hpp"

namespace keyward::storage {
namespace {

using service::CatalogueError;

constexpr std::string_view sqlite_scheme = "sqlite://";
constexpr const char* default_connect_timeout = "10";  // seconds

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// SOCI takes a text without '=' as the path itself, and reads db="…" up to the next quote otherwise.
std::string sqlite_connect_string(const std::string& path) {
    if (path.find('=') == std::string::npos) return path;
    if (path.find('"') != std::string::npos)
        throw CatalogueError(
            "catalogue.url: the path of the database holds both \" and =, which can't be opened; rename it");
    return "db=\"" + path + '"';
}

CatalogueUrl sqlite_url(const std::string& url) {
    const std::string path = url.substr(sqlite_scheme.size());
    if (path.size() < 2 || path.front() != '/' || path.back() == '/')
        throw CatalogueError("catalogue.url '" + url +
                             "' names no file by its absolute path: write it with three slashes, as "
                             "sqlite:///var/lib/keyward/keyward.db");
    return {.backend = Backend::sqlite,
            .connect_string = sqlite_connect_string(path),
            .path = path,
            .password = {}};
}

// One option in libpq's keyword=value form, such that it also survives SOCI, which cuts at spaces unless the
// value is in double quotes, takes those away, and knows no escapes itself.
std::string conninfo_option(const std::string& keyword, const std::string& value) {
    std::string escaped;
    for (const char c : value) {
        if (c == '\\' || c == '\'' || c == '"' || is_space(c)) escaped += '\\';
        escaped += c;
    }
    if (std::none_of(value.begin(), value.end(), is_space)) return keyword + '=' + escaped;
    if (value.find('"') != std::string::npos)
        throw CatalogueError("catalogue.url: the value of '" + keyword +
                             "' holds both a space and a double quote, which can't be "
                             "handed to PostgreSQL; change one of them");
    return keyword + "=\"" + escaped + '"';
}

struct OptionsFree {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

CatalogueUrl postgresql_url(const std::string& url) {
    // The message that libpq would give repeats the URL with its password, so it is not asked for.
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfoParse(url.c_str(), nullptr));
    if (!options)
        throw CatalogueError(
            "catalogue.url is no PostgreSQL URL: expected postgresql://user:password@host:5432/database, "
            "with "
            "special characters of the user, password and database percent-encoded (@ as %40, / as %2F)");
    CatalogueUrl result{.backend = Backend::postgresql, .connect_string = {}, .path = {}, .password = {}};
    bool has_timeout = false;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || *option->val == '\0') continue;
        const std::string keyword = option->keyword;
        if (keyword == "password") result.password = option->val;
        if (keyword == "connect_timeout") has_timeout = true;
        result.connect_string += conninfo_option(keyword, option->val) + ' ';
    }
    if (!has_timeout) result.connect_string += conninfo_option("connect_timeout", default_connect_timeout);
    return result;
}

}  // namespace

CatalogueUrl parse_catalogue_url(const std::string& url) {
    if (url.find('\0') != std::string::npos)
        throw CatalogueError("catalogue.url holds a NUL octet; take it out");
    if (url.starts_with(sqlite_scheme)) return sqlite_url(url);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return postgresql_url(url);
    throw CatalogueError(
        "catalogue.url is neither sqlite:///absolute/path.db nor postgresql://user:password@host/database");
}

}  // namespace keyward::storage
