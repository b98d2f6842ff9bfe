#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tests/unit/api/application_fixture.hpp"

namespace keyward::api {

/// A new private key in PEM, for what EVP_PKEY_Q_keygen is to make.
template <typename... Details>
std::string new_private_pem(const char* algorithm, Details... details) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm, details...), EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

/// Keys of every algorithm in both environments, over fake tokens, and a caller who may only use them.
class UseTest : public ApplicationTest {
  protected:
    using Mistake = std::pair<std::string, std::string>;

    UseTest() : manager_(manager()), user_(login({{fixture_.project.id, Permission::use, {}}})) {}

    void create(const std::string& name, const std::string& type, const std::string& algorithm,
                const std::string& content, const std::vector<std::string>& mechanisms = {}) {
        Json body{{"name", name}, {"keyType", type}, {"algorithm", algorithm}};
        if (!mechanisms.empty()) body["mechanisms"] = mechanisms;
        for (const char* environment : {"production", "staging"})
            body["cryptoKeyInfoEnvironmentList"].push_back(
                {{"environmentName", environment}, {"content", content}});
        const auto response =
            send(http::Method::post, "/apiops/projects/MyProject/keys/", manager_, body.dump());
        ASSERT_EQ(response.status, 200) << response.body;
    }
    void create_secret(const std::string& name, const std::string& algorithm,
                       const std::vector<std::string>& mechanisms = {}) {
        create(name, "SECRET_KEY", algorithm, to_base64(random_secret(32).reveal()), mechanisms);
    }
    void create_ec(const std::string& name) {
        create(name, "PRIVATE_KEY", "EC", new_private_pem("EC", "P-256"));
    }
    void create_rsa(const std::string& name, const std::vector<std::string>& mechanisms = {}) {
        static const std::string pem = new_private_pem("RSA", std::size_t{2048});
        create(name, "PRIVATE_KEY", "RSA", pem, mechanisms);
    }

    static std::string path(const std::string& call, const std::string& key,
                            const std::string& environment = "production") {
        return "/apiops/projects/MyProject/keys/" + key + "/environments/" + environment + "/" + call + "/";
    }
    http::Response use(const std::string& call, const std::string& key, const std::string& body) {
        return send(http::Method::post, path(call, key), user_, body);
    }
    http::Response use(const std::string& call, const std::string& key, const Json& body) {
        return use(call, key, body.dump());
    }
    /// The answer of a use that goes well.
    Json used(const std::string& call, const std::string& key, const Json& body) {
        const auto response = use(call, key, body);
        EXPECT_EQ(response.status, 200) << response.body;
        return Json::parse(response.body);
    }
    /// What is wrong with the fields of a use; nothing when it is not refused for that.
    std::vector<Mistake> mistakes_of(const std::string& call, const std::string& key, const Json& body) {
        const auto response = use(call, key, body);
        EXPECT_EQ(response.status, 400) << response.body;
        EXPECT_EQ(error_of(response), "validation_failed") << response.body;
        const Json problem = Json::parse(response.body);
        std::vector<Mistake> mistakes;
        for (const Json& detail : problem["details"])
            mistakes.emplace_back(detail["pointer"], detail["message"]);
        return mistakes;
    }
    static std::string text(const http::Response& response) {
        return Json::parse(response.body).value("error_description", "");
    }

    http::Headers manager_;
    http::Headers user_;
};

}  // namespace keyward::api
