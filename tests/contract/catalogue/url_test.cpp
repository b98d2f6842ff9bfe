#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/catalogue.hpp"
#include "storage/open_catalogue.hpp"
#include "tests/contract/catalogue/support/postgres_server.hpp"

namespace keyward::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string failure_of_url(const std::string& url, std::size_t connections = 1) {
    try {
        open_catalogue(url, connections);
    } catch (const CatalogueError& error) {
        return error.what();
    }
    return "it was opened";
}

TEST(CatalogueUrl, ARelativeSqlitePathIsRefused) {
    for (const auto* url : {"sqlite://catalogue.db", "sqlite://", "sqlite:///", "sqlite:///var/lib/"})
        EXPECT_EQ(failure_of_url(url), std::string("catalogue.url '") + url +
                                           "' does not name a file by its absolute path: write three "
                                           "slashes, for example sqlite:///var/lib/keyward/keyward.db");
}

TEST(CatalogueUrl, AnotherSchemeIsRefused) {
    for (const auto* url :
         {"", "mysql://user:hush@host/db", "/var/lib/keyward.db", "sqlite:/x", "SQLITE:///x"})
        EXPECT_EQ(failure_of_url(url),
                  "catalogue.url is neither sqlite:///absolute/path.db nor "
                  "postgresql://user:password@host/database");
}

TEST(CatalogueUrl, ANulOctetIsRefused) {
    EXPECT_THAT(failure_of_url(std::string("sqlite:///tmp/x\0y", 17)), HasSubstr("contains a NUL octet"));
}

TEST(CatalogueUrl, NoConnectionsIsRefused) {
    EXPECT_EQ(failure_of_url("sqlite:///tmp/none.db", 0), "the catalogue needs at least one connection");
}

TEST(CatalogueUrl, AMalformedPostgresqlUrlIsRefusedWithoutRepeatingIt) {
    for (const auto* url : {"postgresql://user:hush%zz@host/db", "postgresql://user:hush@[::1/db",
                            "postgres://user:hush@h/db?no=such"}) {
        const auto text = failure_of_url(url);
        EXPECT_THAT(
            text,
            HasSubstr("is not a PostgreSQL URL: expected postgresql://user:password@host:5432/database"));
        EXPECT_THAT(text, Not(HasSubstr("hush")));
    }
}

TEST(CatalogueUrl, AValueThatCantBeHandedOnIsRefusedByItsName) {
    const auto text = failure_of_url("postgresql://user:hush%20%22hush@host/db");
    EXPECT_THAT(text, HasSubstr("the value of 'password' contains both a space and a double quote"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(CatalogueUrl, AServerThatIsNotThereIsAnErrorWithoutThePassword) {
    const auto text = failure_of_url("postgresql://user:hush@/db?host=/nonexistent");
    EXPECT_THAT(text,
                HasSubstr("the catalogue's database failed: Cannot establish connection to the database."));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(CatalogueUrl, AWrongPasswordIsAnErrorWithoutIt) {
    auto url = PostgresServer::instance().url("postgres");
    const auto& password = PostgresServer::instance().password();
    url.replace(url.find(password), password.size(), "hush");
    const auto text = failure_of_url(url);
    EXPECT_THAT(text, HasSubstr("password authentication failed for user \"keyward\""));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(CatalogueUrl, APasswordThatTheServerRepeatsIsHidden) {
    auto url = PostgresServer::instance().url("hush-hush");
    const auto& password = PostgresServer::instance().password();
    url.insert(url.size(), "&application_name=x");
    EXPECT_THAT(failure_of_url(url), HasSubstr("database \"hush-hush\" does not exist"));
    EXPECT_THAT(failure_of_url("postgresql://hush:hush@/db?host=/nonexistent/hush"), Not(HasSubstr("hush")));
    EXPECT_THAT(failure_of_url(url), Not(HasSubstr(password)));
}

}  // namespace
}  // namespace keyward::storage
