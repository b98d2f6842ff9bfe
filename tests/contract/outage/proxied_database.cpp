#include "tests/contract/outage/proxied_database.hpp"

#include "storage/open_catalogue.hpp"

namespace keyward::storage {
namespace {

/// `test_N` from the URL that bypasses the proxy.
std::string name_of(const TestDatabase& database) {
    const std::string url = database.url();
    const auto begin = url.find("@/") + 2;
    return url.substr(begin, url.find('?') - begin);
}

}  // namespace

ProxiedDatabase::ProxiedDatabase() : proxy_(PostgresServer::instance().socket()) {}

std::shared_ptr<Catalogue> ProxiedDatabase::catalogue(std::chrono::milliseconds deadline,
                                                      std::size_t connections) const {
    return open_catalogue(PostgresServer::instance().url_at(proxy_.port(), name_of(*database_)), connections,
                          deadline);
}

std::shared_ptr<Catalogue> ProxiedDatabase::direct_catalogue() const {
    return open_catalogue(database_->url(), 2);
}

}  // namespace keyward::storage
