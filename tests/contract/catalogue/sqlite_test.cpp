#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/contract/catalogue/support/fixture.hpp"
#include "tests/contract/catalogue/support/forked_process.hpp"
#include "tests/contract/catalogue/support/postgres_server.hpp"

namespace keyward::storage {
namespace {

using testing::HasSubstr;

unsigned mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

std::string failure_to_open(const std::string& url) {
    try {
        open_catalogue(url, 1);
    } catch (const CatalogueError& error) {
        return error.what();
    }
    return "it was opened";
}

class SqliteCatalogue : public testing::Test {
  protected:
    [[nodiscard]] std::string path(const std::string& name = "catalogue.db") const {
        return (folder_.path() / name).string();
    }

    test::TemporaryFolder folder_;
};

TEST_F(SqliteCatalogue, ItsFilesAreForTheirOwnerAlone) {
    const auto before = ::umask(0);
    const auto catalogue = open_catalogue("sqlite://" + path(), 2);
    catalogue->users.create_user("alice", "", audit("user.create"));
    ::umask(before);
    EXPECT_EQ(mode_of(path()), 0600U);
    EXPECT_EQ(mode_of(path("catalogue.db-wal")), 0600U);
    EXPECT_EQ(mode_of(path("catalogue.db-shm")), 0600U);
}

TEST_F(SqliteCatalogue, APathMayHoldSpacesAndSigns) {
    for (const auto* name : {"with space.db", "a=b.db", "a = b c.db", "50%20.db", "q?mode=ro#x.db",
                             "it's \"quoted\".db", "ключ.db"}) {
        open_catalogue("sqlite://" + path(name), 1)->users.create_user("alice", "", audit("user.create"));
        EXPECT_TRUE(std::filesystem::exists(path(name))) << name;
        EXPECT_TRUE(open_catalogue("sqlite://" + path(name), 1)->users.find_user("alice")) << name;
    }
}

TEST_F(SqliteCatalogue, APathThatCantBeOpenedIsRefused) {
    EXPECT_THAT(failure_to_open("sqlite://" + path("a\"=b.db")), HasSubstr("contains both \" and ="));
}

TEST_F(SqliteCatalogue, AMissingDirectoryIsNamedWithWhatToDo) {
    EXPECT_EQ(failure_to_open("sqlite://" + path("none/catalogue.db")),
              "catalogue.url: there is no directory '" + path("none") +
                  "' for the database: create it and let the service's user write to it");
    EXPECT_FALSE(std::filesystem::exists(path("none")));
}

TEST_F(SqliteCatalogue, ADirectoryInPlaceOfTheFileIsAnErrorThatSaysWhatToDo) {
    std::filesystem::create_directory(path("folder"));
    EXPECT_THAT(failure_to_open("sqlite://" + path("folder")),
                HasSubstr("unable to open database file; let the service's user read"));
}

TEST_F(SqliteCatalogue, AFileThatIsNoDatabaseIsLeftAsItIs) {
    const std::string content(4096, 'x');
    std::ofstream(path()) << content;
    EXPECT_THAT(failure_to_open("sqlite://" + path()),
                HasSubstr("the file is not an SQLite database: correct catalogue.url"));
    std::ifstream file(path());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
}

TEST_F(SqliteCatalogue, ItIsKeptInAWriteAheadLog) {
    const auto catalogue = open_catalogue("sqlite://" + path(), 1);
    std::ifstream file(path());
    const std::string header(std::istreambuf_iterator<char>(file), {});
    ASSERT_GT(header.size(), 100);
    EXPECT_EQ(header[18], 2);  // file format write version, 2 for WAL (SQLite file format section 1.3.3)
    EXPECT_EQ(header[19], 2);
}

// A statement that is not run to its end keeps its read transaction open, and the log could never be
// truncated.
TEST_F(SqliteCatalogue, WhatIsPreparedLeavesNoTransactionOpen) {
    const auto catalogue = open_catalogue("sqlite://" + path(), 1);
    ASSERT_TRUE(catalogue->projects.create_project("payments", {}, audit("project.create")));
    catalogue->access_tokens.access_version();
    catalogue->keys.find_revision("unknown", "card-key");
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, "select count(*) from keys", nullptr, nullptr, nullptr), SQLITE_OK);
    int left_in_log = -1;
    EXPECT_EQ(sqlite3_wal_checkpoint_v2(raw, nullptr, SQLITE_CHECKPOINT_TRUNCATE, &left_in_log, nullptr),
              SQLITE_OK);
    EXPECT_EQ(left_in_log, 0);
    sqlite3_close(raw);
}

// A process that is killed in the middle of a transaction of the catalogue holds the write lock.
TEST_F(SqliteCatalogue, AProcessKilledInTheMiddleOfATransactionLeavesNothing) {
    const auto catalogue = open_catalogue("sqlite://" + path(), 1);
    sqlite3* raw = nullptr;
    ::sqlite3_open(path().c_str(), &raw);
    // The audit record is written last, and this trigger makes it run forever.
    ASSERT_EQ(::sqlite3_exec(
                  raw,
                  "create trigger endless after insert on audit begin select count(*) from"
                  " (with recursive n(i) as (select 1 union all select i + 1 from n) select i from n); end",
                  nullptr, nullptr, nullptr),
              SQLITE_OK);
    ForkedProcess child([&] {
        return open_catalogue("sqlite://" + path(), 1)->users.create_user("alice", "", audit("user.create"));
    });
    // A locked database means that the child's transaction has begun.
    while (::sqlite3_exec(raw, "begin immediate; rollback", nullptr, nullptr, nullptr) == SQLITE_OK)
        std::this_thread::yield();
    child.kill();
    ASSERT_EQ(::sqlite3_exec(raw, "drop trigger endless", nullptr, nullptr, nullptr), SQLITE_OK);
    ::sqlite3_close(raw);
    EXPECT_FALSE(catalogue->users.find_user("alice"));
    EXPECT_TRUE(catalogue->audit_log.audit_trail(10).empty());
    EXPECT_TRUE(catalogue->users.create_user("alice", "", audit("user.create")));
}

}  // namespace
}  // namespace keyward::storage
