#include <atomic>
#include <filesystem>
#include <future>
#include <set>
#include <stdexcept>

#include "tests/e2e/support/remote_hsm.hpp"
#include "tests/e2e/support/use.hpp"
#include "tests/support/polling.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// `production` is a token in the process, `remote` one behind a server that can hang.
class UseOfAnUnreachableToken : public testing::Test {
  protected:
    void TearDown() override { hsm_.go_on(); }

    Answer post(const std::string& path, const json& body) {
        return client_.send({.method = "POST", .path = path, .body = text_of(body), .token = home_.token()});
    }
    std::string new_key() {
        std::string name = unique_name();
        const std::string content = base64(random_octets(32));
        EXPECT_EQ(post(keys_path(), create_body(name, "SECRET_KEY", "HMAC",
                                                {{"production", content}, {"remote", content}}))
                      .status,
                  200);
        return name;
    }

    const Home home_{{.environments = {"production"},
                      .remote = {"remote"},
                      .each_environment = "deadline = \"1s\"\nsessions = 5"}};
    const RemoteHsm hsm_{home_};
    Server server_{home_};
    HttpClient client_{home_.port()};
};

TEST_F(UseOfAnUnreachableToken, IsA503ThatNamesItsEnvironmentAndCostsNoOther) {
    const std::string name = new_key();
    const json single = operation("SHA256-HMAC", "message");
    ASSERT_EQ(post(use_path(name, "sign", "remote"), single).status, 200);
    hsm_.hang();
    for (const json& body : {single, json{{"batch", {single, single}}}}) {
        const Answer answer = post(use_path(name, "sign", "remote"), body);
        expect_problem(answer, 503, "hsm_unavailable");
        EXPECT_TRUE(answer.json().value("error_description", "").starts_with("remote: ")) << answer.body;
        EXPECT_FALSE(answer.field("retry-after").empty());
        EXPECT_EQ(post(use_path(name, "sign"), body).status, 200);
    }
    const Answer list =
        client_.send({.path = "/apiops/environments/remote/mechanisms/", .token = home_.token()});
    expect_problem(list, 503, "hsm_unavailable");
    hsm_.go_on();
    EXPECT_TRUE(
        test::comes_true([&] { return post(use_path(name, "sign", "remote"), single).status == 200; }));
}

TEST_F(UseOfAnUnreachableToken, IsOverForAKeyThatIsBeingDeleted) {
    const std::string name = new_key();
    hsm_.hang();
    const Answer removed = client_.send({.method = "DELETE", .path = key_path(name), .token = home_.token()});
    ASSERT_EQ(removed.status, 200) << removed.body;
    ASSERT_FALSE(removed.json()["deploymentResult"].value("success", true)) << removed.body;
    for (const char* environment : {"production", "remote"})
        expect_problem(post(use_path(name, "sign", environment), operation("SHA256-HMAC", "message")), 404,
                       "not_found", "Key (name: " + name + ") is being deleted");
}

/// Two tokens of one module, as in the demonstration. The token of `staging` is removed while the server
/// runs.
class UseOfATokenThatLeavesItsModule : public testing::Test {
  protected:
    static std::set<std::filesystem::path> token_folders(const Home& home) {
        const std::filesystem::directory_iterator tokens(home.folder().path() / "tokens");
        return {begin(tokens), end(tokens)};
    }
    /// Creates the token of `staging` and returns its folder.
    static std::filesystem::path new_token(Home& home) {
        const auto before = token_folders(home);
        home.init_token("staging");
        for (const auto& folder : token_folders(home))
            if (!before.contains(folder)) return folder;
        throw std::runtime_error("there is no new token");
    }

    void leave() { std::filesystem::rename(token_, away_); }
    void come_back() { std::filesystem::rename(away_, token_); }

    int status_of_use(HttpClient& client, const std::string& environment) {
        return client
            .send({.method = "POST",
                   .path = use_path(key_, "sign", environment),
                   .body = text_of(operation("SHA256-HMAC", "message")),
                   .token = home_.token()})
            .status;
    }
    /// Whether a use in `staging` is answered with this status in time.
    bool staging_comes_to(int status) {
        return test::comes_true([&] { return status_of_use(client_, "staging") == status; });
    }
    void make_key() {
        const std::string content = base64(random_octets(32));
        const json body =
            create_body(key_, "SECRET_KEY", "HMAC", {{"production", content}, {"staging", content}});
        ASSERT_TRUE(test::comes_true([&] {
            return client_
                       .send({.method = "POST",
                              .path = keys_path(),
                              .body = text_of(body),
                              .token = home_.token()})
                       .status == 200;
        }));
    }

    Home home_{{.environments = {"production"}, .without_token = {"staging"}}};
    const std::filesystem::path token_ = new_token(home_);
    const std::filesystem::path away_ = home_.folder().path() / "away";
    Server server_{home_, 2};
    HttpClient client_{home_.port()};
    const std::string key_ = unique_name();
};

TEST_F(UseOfATokenThatLeavesItsModule, IsA503UntilItIsBackAndCostsTheOtherTokenNoUse) {
    make_key();
    std::atomic<bool> over = false;
    auto production = std::async(std::launch::async, [&] {
        HttpClient client(home_.port());
        std::size_t uses = 0;
        for (; !over; ++uses)
            EXPECT_EQ(status_of_use(client, "production"), 200);
        return uses;
    });
    for (int turn = 0; turn < 2; ++turn) {
        EXPECT_TRUE(staging_comes_to(200)) << turn;
        leave();
        EXPECT_TRUE(staging_comes_to(503)) << turn;
        come_back();
    }
    EXPECT_TRUE(staging_comes_to(200));
    over = true;
    EXPECT_GT(production.get(), 0U);
    EXPECT_TRUE(server_.is_running());
}

}  // namespace
}  // namespace keyward::e2e
