#include "storage/open_catalogue.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "storage/database/catalogue_url.hpp"
#include "storage/database/database_errors.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

// SQLite would make the file readable for all users. O_EXCL ensures that an existing file is never opened
// here: closing a descriptor of a database in use would release all locks of this process on it (fcntl(2)).
void make_private_file(const std::string& path) {
    const auto directory = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    if (!std::filesystem::is_directory(directory, ignored))
        throw CatalogueError("catalogue.url: there is no directory '" + directory.string() +
                             "' for the database: create it and let the service's user write to it");
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    const int error = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    else if (error != EEXIST)
        throw CatalogueError("catalogue.url: the database '" + path + "' can't be created (" +
                             std::generic_category().message(error) +
                             "): let the service's user write to its directory");
}

/// A database with its stores, in the order in which they are made.
struct SqlStores {
    SqlStores(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline)
        : database(std::move(url), connections, deadline) {}

    Database database;
    SqlProjectStore project_store{database};
    SqlUserStore user_store{database};
    SqlAccessTokenStore access_token_store{database};
    SqlLoginNetworks login_network_store{database};
    SqlKeyStore key_store{database};
    SqlDeploymentStore deployment_store{database};
    SqlChangeLog change_log{database};
    SqlLeaseStore lease_store{database};
    SqlIdempotencyStore idempotency_store{database};
    SqlTokenPinStore token_pin_store{database};
    SqlAuditLog audit_store{database};
    SqlCatalogueProbe catalogue_probe{database};
};

struct SqlCatalogue : SqlStores, Catalogue {
    SqlCatalogue(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline)
        : SqlStores(std::move(url), connections, deadline),
          Catalogue{.projects = project_store,
                    .users = user_store,
                    .access_tokens = access_token_store,
                    .login_networks = login_network_store,
                    .keys = key_store,
                    .deployments = deployment_store,
                    .changes = change_log,
                    .leases = lease_store,
                    .idempotency = idempotency_store,
                    .token_pins = token_pin_store,
                    .audit_log = audit_store,
                    .readiness = catalogue_probe} {}
};

}  // namespace

std::shared_ptr<Catalogue> open_catalogue(const std::string& url, std::size_t connections,
                                          std::chrono::milliseconds deadline) {
    if (connections == 0) throw CatalogueError("the catalogue needs at least one connection");
    auto target = parse_catalogue_url(url, deadline);
    if (target.backend == Backend::sqlite) make_private_file(target.path);
    const auto password = target.password;
    try {
        return std::make_shared<SqlCatalogue>(std::move(target), connections, deadline);
    } catch (const soci::soci_error& error) {
        throw to_catalogue_error(error, password);
    }
}

}  // namespace keyward::storage
