// Key material in the wrong place: no answer and no log repeats it.
#include <functional>

#include <gmock/gmock.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class RepeatedText : public LiveKeyward {
  protected:
    static std::vector<std::string> materials() {
        const std::string octets = random_octets(32);
        return {base64(octets),
                hex(octets),
                upper(hex(octets)),
                base64(random_octets(24)),
                pem("PRIVATE KEY", random_octets(48)),
                "kw_" + base64(random_octets(33))};
    }

    /// Sends the request and expects that neither its answer nor, later, the log contains the material.
    void expect_not_repeated(const Request& request, const std::string& material) {
        const Answer answer = send(request);
        EXPECT_THAT(answer.body, Not(HasSubstr(material))) << request.path;
        EXPECT_THAT(answer.body, Not(HasSubstr(json(material).dump().substr(1, material.size() - 2))));
        EXPECT_NE(answer.field("x-request-id"), material);
        sent_.push_back(material);
    }
    void expect_log_is_clean() {
        const std::string log = server().log();
        for (const std::string& material : sent_)
            EXPECT_THAT(log, Not(HasSubstr(json(material).dump().substr(1, 20)))) << material;
    }
    Request with_body(const std::string& method, const std::string& path, const json& body) {
        return {.method = method, .path = path, .body = text_of(body), .token = home().token()};
    }
    std::string key() {
        const std::string name = unique_name();
        EXPECT_EQ(create(aes_body(name)).status, 200);
        return name;
    }

  private:
    std::vector<std::string> sent_;
};

TEST_F(RepeatedText, OfEveryFieldOfAChange) {
    const std::string name = key();
    for (const std::string& material : materials()) {
        const std::vector<std::function<void(json&)>> places{
            [&](json& body) { body["keyType"] = material; },
            [&](json& body) { body["algorithm"] = material; },
            [&](json& body) { body["mechanisms"] = {material}; },
            [&](json& body) { body["mechanisms"] = material; },
            [&](json& body) { body[material] = 1; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"] = material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0] = material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0]["environmentName"] = material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0]["alias"] = "/" + material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] = material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0][material] = material; },
            [&](json& body) { body["cryptoKeyInfoEnvironmentList"][0]["privateKey"] = material; },
        };
        for (const auto& put_there : places) {
            json body = aes_body(unique_name());
            put_there(body);
            expect_not_repeated(with_body("POST", keys_path(), body), material);
            body.erase("name");
            expect_not_repeated(with_body("PUT", key_path(name), body), material);
        }
        expect_not_repeated(with_body("PUT", key_path(name), {{"name", material}}), material);
        expect_not_repeated(
            with_body("POST", key_path(name) + "environments/production/", {{material, material}}), material);
        expect_not_repeated(with_body("DELETE", key_path(name), {{material, 1}}), material);
        json named = aes_body(material);
        named["description"] = material;
        expect_not_repeated(with_body("POST", keys_path(), named), material);
    }
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfAnExpectedPublicKeyHash) {
    const std::string material = hex(random_octets(32));
    json body =
        create_body(unique_name(), "PRIVATE_KEY", "", {{"production", base64(key_pair("P-256").pkcs8_pem)}});
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] = material;
    expect_not_repeated(with_body("POST", keys_path(), body), material);
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfEveryFieldOfAUse) {
    const std::string name = key();
    const std::string path = key_path(name) + "environments/production/encrypt/";
    for (const std::string& material : materials()) {
        for (const char* field : {"mechanism", "hash", "format", "iv", "aad", "tag", "digest", "signature"}) {
            json body{{"mechanism", "AES-GCM"}, {"input", ""}};
            body[field] = material;
            if (std::string(field) != "aad") expect_not_repeated(with_body("POST", path, body), material);
        }
        expect_not_repeated(with_body("POST", path, {{material, 1}}), material);
        expect_not_repeated(with_body("POST", path, {{"batch", {{{material, 1}}}}}), material);
        expect_not_repeated(with_body("POST", key_path(name) + "environments/production/certificate-request/",
                                      {{"subject", material}, {"subjectAltNames", {material}}}),
                            material);
    }
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfThePathAndItsQuery) {
    const std::string name = key();
    for (const std::string& material : materials()) {
        const std::string part = path_part(material);
        const std::vector<std::string> paths{
            "/apiops/projects/" + part + "/keys/",
            keys_path() + part + "/",
            keys_path() + "?" + part + "=1",
            keys_path() + "?limit=" + part,
            keys_path() + "?cursor=" + part,
            keys_path() + "?keyType=" + part,
            keys_path() + "?environmentName=" + part,
            key_path(name) + "?" + part,
            "/apiops/environments/" + part + "/mechanisms/",
            "/apiops/" + part + "/",
            "/health/live?" + part + "=1",
        };
        for (const std::string& path : paths)
            expect_not_repeated({.path = path, .token = home().token()}, material);
        expect_not_repeated({.method = "DELETE", .path = keys_path() + part + "/", .token = home().token()},
                            material);
        expect_not_repeated({.method = "DELETE",
                             .path = key_path(name) + "environments/" + part + "/",
                             .token = home().token()},
                            material);
        expect_not_repeated(with_body("PUT", keys_path() + part + "/?dryRun=" + part, {{"description", "x"}}),
                            material);
        expect_not_repeated(with_body("POST", keys_path() + part + "/environments/" + part + "/sign/",
                                      {{"mechanism", "SHA256-HMAC"}, {"input", ""}}),
                            material);
    }
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfTheHead) {
    for (const std::string& material : materials()) {
        if (material.find('\n') != std::string::npos) continue;
        for (const char* field :
             {"X-Request-Id", "Idempotency-Key", "Authorization", "Content-Type", "Accept"}) {
            json body = aes_body("");
            expect_not_repeated({.method = "POST",
                                 .path = keys_path(),
                                 .body = text_of(body),
                                 .token = std::string(field) == "Authorization" ? "" : home().token(),
                                 .fields = {std::string(field) + ": " + material}},
                                material);
        }
    }
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfALogin) {
    const auto form = [&](const std::string& body) {
        return Request{.method = "POST",
                       .path = "/apiops/auth/token",
                       .body = body,
                       .fields = {"Content-Type: application/x-www-form-urlencoded"}};
    };
    for (const std::string& material : materials()) {
        const std::string part = path_part(material);
        expect_not_repeated(form("grant_type=client_credentials&client_id=" + part + "&client_secret=x"),
                            material);
        expect_not_repeated(form("grant_type=" + part + "&client_id=x&client_secret=" + part), material);
        expect_not_repeated(form("grant_type=client_credentials&client_id=x&client_secret=y&" + part + "=1"),
                            material);
    }
    expect_log_is_clean();
}

TEST_F(RepeatedText, OfANameIsShown) {
    json body = aes_body(unique_name());
    body["descripton"] = 1;
    body["cryptoKeyInfoEnvironmentList"][0]["environmentName"] = "prodution";
    EXPECT_TRUE(details_of(create(body)).contains("/descripton"));
    body.erase("descripton");
    expect_problem(
        create(body), 400, "bad_request",
        "Environment (name: prodution) is not found or user does not have privilege to access it!");
    expect_problem(get_key("no-such-key"), 404, "not_found", "Key (name: no-such-key) is not found");
    EXPECT_EQ(send({.path = keys_path(),
                    .token = home().token(),
                    .fields = {"X-Request-Id: 0af7651916cd43dd8448eb211c80319c"}})
                  .field("x-request-id"),
              "0af7651916cd43dd8448eb211c80319c");
}

}  // namespace
}  // namespace keyward::e2e
