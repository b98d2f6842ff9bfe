#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/lifecycle/key_life.hpp"
#include "tests/e2e/support/catalogue_rows.hpp"
#include "tests/e2e/support/memory.hpp"

namespace keyward::e2e {
namespace {

#ifdef KEYWARD_SANITIZED
constexpr bool sanitizers_keep_freed_memory = true;
#else
constexpr bool sanitizers_keep_freed_memory = false;
#endif

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

/// A project that contains only the keys of the test.
class List : public KeyLife {
  protected:
    List() {
        home().must({"project", "create", project_, "--environments", "production,staging"});
        home().must({"grant", "alice", project_, "SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    }

    [[nodiscard]] std::string path() const { return "/apiops/projects/" + project_ + "/keys/"; }
    void make(const std::string& name, const std::vector<std::string>& environments = {"production"}) {
        std::vector<Deployment> deployments;
        for (const std::string& environment : environments)
            deployments.push_back({environment, base64(random_octets(32))});
        const Answer answer = post(path(), text_of(create_body(name, "SECRET_KEY", "AES", deployments)));
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    json list(const std::string& query = {}) {
        const Answer answer = get(path() + query);
        EXPECT_EQ(answer.status, 200) << answer.body;
        expect_common_fields(answer);
        json body = answer.json();
        EXPECT_EQ(body.value("success", false), true);
        EXPECT_EQ(body.value("resultCount", std::size_t{999}), body["resultList"].size());
        return body;
    }
    static std::vector<std::string> names(const json& page) {
        std::vector<std::string> all;
        for (const json& key : page["resultList"])
            all.push_back(key["name"]);
        return all;
    }

    const std::string project_ = "list-" + unique_name();
};

TEST_F(List, HoldsAllKeysByNameWithoutALimit) {
    for (const char* name : {"b", "a/c", "a"})
        make(name);
    const json page = list();
    EXPECT_THAT(names(page), ElementsAre("a", "a/c", "b"));
    EXPECT_FALSE(page.contains("nextCursor"));
}

TEST_F(List, ComesInPartsWhenItIsLong) {
    fill_with_keys(home(), project_, 1000);
    const Answer answer = get(path());
    ASSERT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    EXPECT_EQ(answer.field("transfer-encoding"), "chunked");
    const json body = answer.json();
    EXPECT_EQ(body.size(), 3U) << "no member beside success, resultList and resultCount";
    EXPECT_EQ(body["success"], true);
    EXPECT_EQ(body["resultCount"], 1000);
    ASSERT_EQ(body["resultList"].size(), 1000U);
    EXPECT_EQ(body["resultList"][0]["name"], "key-000000");
    EXPECT_EQ(body["resultList"][999], get(path() + "key-000999/").json()["resultList"][0]);
    EXPECT_TRUE(std::ranges::is_sorted(names(body)));
}

TEST_F(List, IsHeldPageByPage) {
    fill_with_keys(home(), project_, 50'000);
    get(path() + "?limit=1000");  // the memory of the first answers is retained
    const std::size_t before = peak_memory(server().pid());
    const Answer answer = get(path());
    const std::size_t after = peak_memory(server().pid());
    EXPECT_EQ(answer.json()["resultCount"], 50'000);
    EXPECT_GT(answer.body.size(), std::size_t{12} << 20U);
    if (!sanitizers_keep_freed_memory) {
        EXPECT_LT(after - before, std::size_t{24} << 20U) << "texts of 50,000 keys are kept";
    }
}

TEST_F(List, ThatIsLongIsNotReadForHead) {
    fill_with_keys(home(), project_, 500);
    const Answer answer = send({.method = "HEAD", .path = path(), .token = home().token()});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
}

TEST_F(List, ShowsEachKeyAsItIsReadAlone) {
    make("a", {"staging", "production"});
    EXPECT_EQ(list()["resultList"][0], get(path() + "a/").json()["resultList"][0]);
}

TEST_F(List, IsEmptyInAnEmptyProject) {
    EXPECT_EQ(list(), (json{{"success", true}, {"resultList", json::array()}, {"resultCount", 0}}));
    EXPECT_EQ(list("?limit=5")["nextCursor"], nullptr);
}

TEST_F(List, IsTheSameWithoutTheTrailingSlash) {
    make("a");
    std::string bare = path();
    bare.pop_back();
    EXPECT_EQ(get(bare).json(), list());
}

TEST_F(List, GoesFromPageToPageByItsCursor) {
    for (const char* name : {"a", "b", "c ü", "d/d", "e"})
        make(name);
    std::vector<std::string> all;
    std::string query = "?limit=2";
    for (int pages = 0; pages < 3; ++pages) {
        const json page = list(query);
        for (const std::string& name : names(page))
            all.push_back(name);
        if (pages == 2) {
            EXPECT_EQ(page["nextCursor"], nullptr);
            break;
        }
        ASSERT_TRUE(page["nextCursor"].is_string()) << page;
        query = "?limit=2&cursor=" + page["nextCursor"].get<std::string>();
    }
    EXPECT_THAT(all, ElementsAre("a", "b", "c ü", "d/d", "e"));
}

TEST_F(List, KeepsItsPlaceWhileKeysComeAndGo) {
    for (const char* name : {"b", "d", "f"})
        make(name);
    const json first = list("?limit=2");
    make("a");
    make("e");
    ASSERT_EQ(remove(path() + "d/").status, 200);
    const json second = list("?limit=2&cursor=" + first["nextCursor"].get<std::string>());
    EXPECT_THAT(names(second), ElementsAre("e", "f"));
    EXPECT_EQ(second["nextCursor"], nullptr);
}

TEST_F(List, FiltersByNameTypeAndEnvironment) {
    make("one", {"production"});
    make("two", {"staging"});
    const std::string content = base64(key_pair("P-256").spki_der);
    ASSERT_EQ(post(path(), text_of(create_body("three", "PUBLIC_KEY", "", {{"staging", content}}))).status,
              200);
    EXPECT_THAT(names(list("?name=one")), ElementsAre("one"));
    EXPECT_THAT(names(list("?name=on")), IsEmpty());
    EXPECT_THAT(names(list("?keyType=PUBLIC_KEY")), ElementsAre("three"));
    EXPECT_THAT(names(list("?keyType=SECRET_KEY")), ElementsAre("one", "two"));
    EXPECT_THAT(names(list("?environmentName=staging")), ElementsAre("three", "two"));
    EXPECT_THAT(names(list("?environmentName=staging&keyType=SECRET_KEY&name=two")), ElementsAre("two"));
    EXPECT_THAT(names(list("?environmentName=production&keyType=PUBLIC_KEY")), IsEmpty());
}

TEST_F(List, FindsANameThatNeedsPercentEncoding) {
    make("a/b &=+%");
    EXPECT_THAT(names(list("?name=" + path_part("a/b &=+%"))), ElementsAre("a/b &=+%"));
}

TEST_F(List, RefusesParametersThatAreWrong) {
    for (const auto& [query, pointer] :
         std::vector<std::pair<std::string, std::string>>{{"limit=0", "?limit"},
                                                          {"limit=1001", "?limit"},
                                                          {"limit=-1", "?limit"},
                                                          {"limit=ten", "?limit"},
                                                          {"limit=", "?limit"},
                                                          {"limit=18446744073709551617", "?limit"},
                                                          {"limit=1&limit=2", "?limit"},
                                                          {"cursor=%20", "?cursor"},
                                                          {"cursor=", "?cursor"},
                                                          {"cursor=a", "?cursor"},
                                                          {"cursor=YQ==", "?cursor"},
                                                          {"keyType=SECRET", "?keyType"},
                                                          {"keyType=secret_key", "?keyType"},
                                                          {"name=", "?name"},
                                                          {"environmentName=", "?environmentName"},
                                                          {"page=2", "?page"}}) {
        SCOPED_TRACE(query);
        expect_wrong_fields(get(path() + "?" + query), {pointer});
    }
}

TEST_F(List, NamesEveryWrongParameterAtOnce) {
    expect_wrong_fields(get(path() + "?limit=0&keyType=x&cursor=!&page=1"),
                        {"?limit", "?keyType", "?cursor", "?page"});
}

TEST_F(List, RefusesAnEnvironmentThatTheProjectLacks) {
    expect_problem(get(path() + "?environmentName=nowhere"), 400, "bad_request",
                   "Environment (name: nowhere) is not found or user does not have privilege to access it!");
}

TEST_F(List, ShowsOnlyTheEnvironmentsThatAGrantReaches) {
    make("a", {"production", "staging"});
    const std::string user = unique_name();
    const std::string token = home().user(user, {});
    home().must({"grant", user, project_, "SECRETS:USE", "--environments", "staging"});
    const json entries =
        send({.path = path(), .token = token}).json()["resultList"][0]["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 1U) << entries;
    EXPECT_EQ(entries[0]["environmentName"], "staging");
    expect_problem(
        send({.path = path() + "?environmentName=production", .token = token}), 400, "bad_request",
        "Environment (name: production) is not found or user does not have privilege to access it!");
}

TEST_F(List, NeverHoldsKeysOfAnotherProject) {
    const std::string name = created();
    EXPECT_THAT(names(list("?name=" + name)), IsEmpty());
}

}  // namespace
}  // namespace keyward::e2e
