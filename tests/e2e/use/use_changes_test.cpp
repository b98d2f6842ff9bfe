#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/e2e/support/replica.hpp"
#include "tests/e2e/support/tool.hpp"
#include "tests/e2e/support/use.hpp"
#include "tests/e2e/use/openssl_side.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// Keys that change between two uses. The answer of an HMAC key shows which key was used.
class UseAndChange : public KeyUse {
  protected:
    static json message() { return operation("SHA256-HMAC", "message"); }
    static std::string mac_by(const std::string& key) {
        return openssl_mac({"-digest", "SHA256", "HMAC"}, key, "message");
    }
    static Answer change(HttpClient& client, const std::string& method, const std::string& path,
                         const std::optional<std::string>& body = {}) {
        return client.send({.method = method, .path = path, .body = body, .token = home().token()});
    }
    static Answer replace(HttpClient& client, const std::string& name, const std::string& key) {
        const json body{{"cryptoKeyInfoEnvironmentList",
                         {{{"environmentName", "production"}, {"content", base64(key)}}}}};
        return change(client, "PUT", key_path(name), body.dump());
    }
    static std::string label(const std::string& name) { return std::string(project) + "/" + name; }

    HttpClient other_{home().port()};
};

TEST_F(UseAndChange, ADeletedKeyIsNotFound) {
    const std::string name = secret("HMAC", random_octets(32));
    ASSERT_EQ(use(name, "sign", message()).status, 200);
    ASSERT_EQ(change(other_, "DELETE", key_path(name)).status, 200);
    expect_problem(use(name, "sign", message()), 404, "not_found", "Key (name: " + name + ") is not found");
}

TEST_F(UseAndChange, AKeyOfTheSameNameIsAnotherOne) {
    const std::string name = secret("HMAC", random_octets(32));
    ASSERT_EQ(use(name, "sign", message()).status, 200);
    ASSERT_EQ(change(other_, "DELETE", key_path(name)).status, 200);
    const std::string octets = random_octets(32);
    ASSERT_EQ(create(create_body(name, "SECRET_KEY", "HMAC", {{"production", base64(octets)}})).status, 200);
    EXPECT_EQ(signature(name, message()), mac_by(octets));
}

TEST_F(UseAndChange, AReplacedKeyIsTheNewOne) {
    const std::string name = secret("HMAC", random_octets(32));
    for (int i = 0; i < 10; ++i) {
        const std::string octets = random_octets(32);
        ASSERT_EQ(replace(other_, name, octets).status, 200);
        EXPECT_EQ(signature(name, message()), mac_by(octets));
    }
}

TEST_F(UseAndChange, AnUndeployedKeyIsNotThere) {
    const std::string octets = random_octets(32);
    const std::string name = new_key("SECRET_KEY", "HMAC", octets, {}, {"production", "staging"});
    ASSERT_EQ(use(name, "sign", message()).status, 200);
    ASSERT_EQ(change(other_, "DELETE", key_path(name) + "environments/production/").status, 200);
    expect_problem(use(name, "sign", message()), 404, "not_found",
                   "Key (name: " + name + ") is not deployed in environment (name: production)");
    EXPECT_EQ(octets_in(used(name, "sign", message(), "staging"), "signature"), mac_by(octets));
}

TEST_F(UseAndChange, AKeyThatWasNeverDeployedThereIsNotThere) {
    const std::string name = secret("HMAC", random_octets(32));
    expect_problem(use(name, "sign", message(), "staging"), 404, "not_found",
                   "Key (name: " + name + ") is not deployed in environment (name: staging)");
}

TEST_F(UseAndChange, AMechanismThatWasTakenAwayIsRefused) {
    const std::string name = secret("HMAC", random_octets(32));
    ASSERT_EQ(use(name, "sign", message()).status, 200);
    ASSERT_EQ(change(other_, "PUT", key_path(name), R"({"mechanisms":["SHA512-HMAC"]})").status, 200);
    const Answer answer = use(name, "sign", message());
    expect_wrong_fields(answer, {"/mechanism"});
    EXPECT_EQ(details_of(answer)["/mechanism"],
              "is not among the key's mechanisms; the key has SHA512-HMAC to sign");
}

TEST_F(UseAndChange, AnObjectThatSomebodyElseDestroyedIsReportedAsMissing) {
    const std::string name = secret("HMAC", random_octets(32));
    ASSERT_EQ(use(name, "sign", message()).status, 200);
    static_cast<void>(
        pkcs11_tool(home(), "production", {"--delete-object", "--type", "secrkey", "--label", label(name)}));
    const Answer answer = use(name, "sign", message());
    expect_problem(answer, 503, "hsm_unavailable");
    EXPECT_TRUE(answer.json().value("error_description", "").starts_with("production: ")) << answer.body;
}

TEST_F(UseAndChange, AnotherProcessIsNoticedToo) {
    const Replica replica(home());
    HttpClient there(replica.port());
    const std::string name = secret("HMAC", random_octets(32));
    for (int i = 0; i < 5; ++i) {
        for (HttpClient* changer : {&there, &other_}) {
            const std::string octets = random_octets(32);
            ASSERT_EQ(replace(*changer, name, octets).status, 200);
            for (HttpClient* user : {&there, &other_}) {
                const Answer answer = change(*user, "POST", use_path(name, "sign"), message().dump());
                ASSERT_EQ(answer.status, 200) << answer.body;
                EXPECT_EQ(octets_in(answer.json(), "signature"), mac_by(octets));
            }
        }
    }
    ASSERT_EQ(change(there, "DELETE", key_path(name) + "environments/production/").status, 200);
    expect_problem(use(name, "sign", message()), 404, "not_found");
    ASSERT_EQ(change(there, "POST", key_path(name) + "environments/production/",
                     json{{"content", base64(random_octets(32))}}.dump())
                  .status,
              200);
    EXPECT_EQ(use(name, "sign", message()).status, 200);
    ASSERT_EQ(change(there, "DELETE", key_path(name)).status, 200);
    expect_problem(use(name, "sign", message()), 404, "not_found");
}

/// Signs until it is stopped. Records for each answer how many replacements were acknowledged when the
/// request was sent and when the answer arrived.
struct Signing {
    int acknowledged_before;
    int begun_after;
    std::string mac;
};

TEST_F(UseAndChange, NeverAnOperationWithTheOldKeyAfterItsReplacementWasAcknowledged) {
    const std::string first = random_octets(32);
    const std::string name = secret("HMAC", first);
    std::vector<std::string> macs{mac_by(first)};
    std::atomic<int> acknowledged{0};
    std::atomic<int> begun{0};
    std::atomic<bool> stop{false};
    std::vector<Signing> seen;
    std::thread signer([&] {
        HttpClient client(home().port());
        while (!stop) {
            const int before = acknowledged;
            const Answer answer = change(client, "POST", use_path(name, "sign"), message().dump());
            const int after = begun;
            seen.push_back(
                {before, after, answer.status == 200 ? octets_in(answer.json(), "signature") : answer.body});
        }
    });
    constexpr int replacements = 20;
    for (int i = 1; i <= replacements; ++i) {
        const std::string octets = random_octets(32);
        macs.push_back(mac_by(octets));
        begun = i;
        EXPECT_EQ(replace(other_, name, octets).status, 200);
        acknowledged = i;
    }
    stop = true;
    signer.join();
    EXPECT_GT(seen.size(), static_cast<std::size_t>(replacements));
    for (const Signing& signing : seen) {
        const auto found = std::ranges::find(macs, signing.mac);
        ASSERT_NE(found, macs.end()) << signing.mac;
        const int which = static_cast<int>(found - macs.begin());
        EXPECT_GE(which, signing.acknowledged_before);
        EXPECT_LE(which, signing.begun_after);
    }
}

/// `broken` is an environment of the project whose token does not exist.
class UseOfABrokenDeployment : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.without_token = {"broken"}}); }
};

TEST_F(UseOfABrokenDeployment, IsNotFoundWithWhatToDo) {
    const std::string name = unique_name();
    const std::string content = base64(random_octets(32));
    const Answer made =
        create(create_body(name, "SECRET_KEY", "AES", {{"production", content}, {"broken", content}}));
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(use(name, "encrypt", operation("AES-GCM", "message")).status, 200);
    expect_problem(use(name, "encrypt", operation("AES-GCM", "message"), "broken"), 404, "not_found",
                   "Key (name: " + name +
                       ") could not be deployed in environment (name: broken); send its content again with "
                       "PUT");
}

}  // namespace
}  // namespace keyward::e2e
