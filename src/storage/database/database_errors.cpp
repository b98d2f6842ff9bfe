#include "storage/database/database_errors.hpp"

#include <array>
#include <string_view>

namespace keyward::storage {
namespace {

struct SqliteHint {
    int code;
    std::string_view hint;
};
constexpr std::array sqlite_hints{
    SqliteHint{SQLITE_BUSY,
               "another process locks the database for longer than the deadline: look for one that hangs"},
    SqliteHint{SQLITE_READONLY, "let the service's user write to the database file and its directory"},
    SqliteHint{SQLITE_PERM, "let the service's user read and write the database file"},
    SqliteHint{SQLITE_CANTOPEN, "let the service's user read and write the database file and its directory"},
    SqliteHint{SQLITE_FULL, "the disk is full: make room"},
    SqliteHint{SQLITE_IOERR, "reading or writing the file failed: check the disk and the kernel's log"},
    SqliteHint{SQLITE_CORRUPT, "the file is damaged: restore it from a backup"},
    SqliteHint{SQLITE_NOTADB, "the file is not an SQLite database: correct catalogue.url"},
};

struct SqlstateHint {
    std::string_view prefix;
    std::string_view hint;
};
// PostgreSQL 15, appendix A.
constexpr std::array sqlstate_hints{
    SqlstateHint{"08", "the connection was lost: check that the PostgreSQL server runs and can be reached"},
    SqlstateHint{"57P", "the server ended the connection: check whether it was stopped or restarted"},
    SqlstateHint{"28", "correct the user and password in catalogue.url"},
    SqlstateHint{"3D", "create the database, or correct its name in catalogue.url"},
    SqlstateHint{"42501", "grant the user of catalogue.url the right to create and use tables in its schema"},
    SqlstateHint{"25006", "the server is a standby or read-only: catalogue.url must lead to the primary"},
    SqlstateHint{"55P03",
                 "another transaction holds a lock for longer than the deadline: look for one that hangs"},
    SqlstateHint{"53", "the server has run out of connections, memory or disk: make room"},
};

std::string_view hint_for(const soci::soci_error& error) {
    if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
        for (const auto& row : sqlite_hints)
            if (row.code == (sqlite->result() & 0xff)) return row.hint;
    }
    if (const auto* postgresql = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
        for (const auto& row : sqlstate_hints)
            if (postgresql->sqlstate().starts_with(row.prefix)) return row.hint;
    }
    return {};
}

// The message without SOCI's context (the statement with its values) and without PostgreSQL's DETAIL lines,
// which repeat values. A failed connection has a message of two lines, of which the second gives the reason.
std::string own_words(const soci::soci_error& error) {
    std::string text = error.get_error_message();
    if (text.starts_with("Cannot establish connection")) {
        if (const auto line = text.find('\n'); line != std::string::npos) text[line] = ' ';
    }
    if (const auto line = text.find('\n'); line != std::string::npos) text.resize(line);
    return text;
}

bool has_sqlstate(const soci::soci_error& error, std::string_view sqlstate) {
    const auto* postgresql = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    return postgresql != nullptr && postgresql->sqlstate() == sqlstate;
}

void hide(std::string& text, const std::string& secret) {
    if (secret.empty()) return;
    constexpr std::string_view stars = "***";
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + stars.size()))
        text.replace(at, secret.size(), stars);
}

}  // namespace

CatalogueError to_catalogue_error(const soci::soci_error& error, const std::string& password) {
    std::string text = "the catalogue's database failed: " + own_words(error);
    hide(text, password);
    if (const auto hint = hint_for(error); !hint.empty()) text.append("; ").append(hint);
    return CatalogueError(text);
}

bool lost_to_a_concurrent_transaction(const soci::soci_error& error) {
    return has_sqlstate(error, "40001") || has_sqlstate(error, "40P01");
}

bool found_it_read_only(const soci::soci_error& error) {
    return has_sqlstate(error, "25006");
}

bool found_it_locked(const soci::soci_error& error) {
    constexpr int busy = 5;  // SQLITE_BUSY
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    return sqlite != nullptr && (sqlite->result() & 0xff) == busy;
}

}  // namespace keyward::storage
