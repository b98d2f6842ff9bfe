#include <memory>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

class Tokens : public LiveKeyward {
  protected:
    static void run_sql(const char* statement) {
        sqlite3* opened = nullptr;
        ASSERT_EQ(sqlite3_open(home().folder().file("keyward.db").c_str(), &opened), SQLITE_OK);
        const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
        sqlite3_busy_timeout(opened, 10'000);
        ASSERT_EQ(sqlite3_exec(opened, statement, nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(opened);
        ASSERT_EQ(sqlite3_changes(opened), 1);
    }
    Answer with(const std::vector<std::string>& fields) {
        return send({.path = key_path("none"), .fields = fields});
    }
    void expect_refused(const Answer& answer, const char* error = "invalid_token") {
        expect_problem(answer, 401, error);
        EXPECT_TRUE(answer.field("www-authenticate").starts_with("Bearer"))
            << answer.field("www-authenticate");
    }
};

TEST_F(Tokens, AreNeeded) {
    expect_refused(with({}));
}
TEST_F(Tokens, AreNeededForACreate) {
    expect_refused(send({.method = "POST", .path = keys_path(), .body = text_of(aes_body("x"))}));
}
TEST_F(Tokens, AreTakenWhateverTheCaseOfTheScheme) {
    for (const char* scheme : {"Bearer", "bearer", "BEARER", "bEaReR"})
        EXPECT_EQ(with({std::string("Authorization: ") + scheme + " " + home().token()}).status, 404)
            << scheme;
}
TEST_F(Tokens, AreRefusedUnderAnotherScheme) {
    expect_refused(with({"Authorization: Basic " + base64("alice:" + home().token())}));
    expect_refused(with({"Authorization: Token " + home().token()}));
}
TEST_F(Tokens, AreRefusedWithoutAScheme) {
    expect_refused(with({"Authorization: " + home().token()}));
}
TEST_F(Tokens, AreRefusedWhenEmpty) {
    expect_refused(with({"Authorization: Bearer"}));
    expect_refused(with({"Authorization;"}));
}
TEST_F(Tokens, AreRefusedWithMoreBehind) {
    expect_refused(with({"Authorization: Bearer " + home().token() + " x"}));
}
TEST_F(Tokens, AreRefusedWhenOneCharacterDiffers) {
    std::string token = home().token();
    token[10] = token[10] == 'a' ? 'b' : 'a';
    expect_refused(with({"Authorization: Bearer " + token}));
}
TEST_F(Tokens, AreRefusedWhenCutOff) {
    expect_refused(with({"Authorization: Bearer " + home().token().substr(0, 20)}));
}
TEST_F(Tokens, AreRefusedWhenInventedOrLong) {
    expect_refused(with({"Authorization: Bearer kw_" + std::string(43, 'A')}));
    expect_refused(with({"Authorization: Bearer " + std::string(4000, 'A')}));
}
TEST_F(Tokens, AreRefusedInTheQuery) {
    expect_refused(send({.path = key_path("none") + "?access_token=" + home().token()}));
}
TEST_F(Tokens, OfARemovedUserAreRefused) {
    const std::string token = home().user("leaver", {"SECRETS:MANAGE"});
    EXPECT_EQ(send({.path = key_path("none"), .token = token}).status, 404);
    home().must({"user", "delete", "leaver"});
    expect_refused(send({.path = key_path("none"), .token = token}));
}
TEST_F(Tokens, StopWorkingWhenTheyAreRevoked) {
    const std::string token = home().must({"token", "create", "--user", "alice", "--name", "to-revoke"});
    EXPECT_EQ(send({.path = key_path("none"), .token = token}).status, 404);
    const auto list = nlohmann::json::parse(home().must({"token", "list", "--json"}));
    std::string id;
    const auto& rows = list.is_array() ? list : list.begin().value();
    for (const auto& row : rows)
        if (row.value("name", "") == "to-revoke") id = row.value("id", "");
    ASSERT_FALSE(id.empty()) << list;
    home().must({"token", "revoke", id});
    expect_refused(send({.path = key_path("none"), .token = token}));
}
TEST_F(Tokens, PastTheirEndAreSaidToHaveExpired) {
    const std::string token =
        home().must({"token", "create", "--user", "alice", "--name", "short", "--expires", "1m"});
    EXPECT_EQ(send({.path = key_path("none"), .token = token}).status, 404);
    // Instead of waiting for a minute.
    run_sql("update api_tokens set expires_at = 1000 where name = 'short'");
    run_sql("update access_version set version = version + 1");
    expect_refused(send({.path = key_path("none"), .token = token}), "token_expired");
}
TEST_F(Tokens, ArePrintedAloneAndLookLikeTokens) {
    EXPECT_TRUE(home().token().starts_with("kw_"));
    EXPECT_GE(home().token().size(), 3U + 43U);
    EXPECT_EQ(home().token().find_first_of(" \n\t"), std::string::npos);
}
TEST_F(Tokens, AreNotInTheDatabaseOrTheLog) {
    EXPECT_EQ(with({"Authorization: Bearer " + home().token()}).status, 404);
    for (const char* file : {"keyward.db", "keyward.db-wal", "log"})
        EXPECT_EQ(test::read_file(home().folder().file(file)).find(home().token().substr(3)),
                  std::string::npos)
            << file;
}

}  // namespace
}  // namespace keyward::e2e
