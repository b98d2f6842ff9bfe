#include "tests/http/api/polling.hpp"
#include "tests/http/api/remote_hsm.hpp"
#include "tests/http/api/use.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// `production` is a token in the process, `remote` one behind a server that hangs.
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
    EXPECT_TRUE(comes_true([&] { return post(use_path(name, "sign", "remote"), single).status == 200; }));
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

}  // namespace
}  // namespace keyward::e2e
