#include "storage/open_catalogue.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "storage/database/catalogue_url.hpp"
#include "storage/database/database_errors.hpp"
#include "storage/soci_catalogue.hpp"

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

}  // namespace

std::unique_ptr<Catalogue> open_catalogue(const std::string& url, std::size_t connections,
                                          std::chrono::milliseconds deadline) {
    if (connections == 0) throw CatalogueError("the catalogue needs at least one connection");
    auto target = parse_catalogue_url(url, deadline);
    if (target.backend == Backend::sqlite) make_private_file(target.path);
    const auto password = target.password;
    try {
        return std::make_unique<SociCatalogue>(std::move(target), connections, deadline);
    } catch (const soci::soci_error& error) {
        throw to_catalogue_error(error, password);
    }
}

}  // namespace keyward::storage
