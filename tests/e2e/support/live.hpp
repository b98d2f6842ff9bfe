#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/support/home.hpp"
#include "tests/e2e/support/http_client.hpp"
#include "tests/e2e/support/server.hpp"

namespace keyward::e2e {

/// One environment of a create request.
struct Deployment {
    std::string environment;
    std::string content;
};

/// The body of a create request; `algorithm` is left out when it is empty.
nlohmann::json create_body(const std::string& name, const std::string& key_type, const std::string& algorithm,
                           const std::vector<Deployment>& deployments);

/// A well-formed create request of an AES key for both environments.
nlohmann::json aes_body(const std::string& name);

/// A name that no other test uses.
std::string unique_name();

/// The body as JSON text.
std::string text_of(const nlohmann::json& body);

inline std::string keys_path() {
    return std::string("/apiops/projects/") + project + "/keys/";
}
inline std::string key_path(const std::string& name) {
    return keys_path() + path_part(name) + "/";
}

/// A create request of alice's as test::RawClient sends it, with an Idempotency-Key unless that is empty.
std::string raw_create(const Home& home, const nlohmann::json& body, const std::string& idempotency_key = {});

/// The environmentResults of a successful answer.
nlohmann::json deployed(const std::vector<std::string>& environments, const nlohmann::json& proof);
/// An answer's body without the `warnings` of its environments, which RSA keys with two purposes have.
nlohmann::json without_warnings(nlohmann::json body);
/// The contract's whole answer with these results.
nlohmann::json success(const nlohmann::json& environment_results);

/// A suite with one server for all its tests. At the end of the suite, SIGTERM must end the server with code
/// 0.
class LiveKeyward : public testing::Test {
  protected:
    static void SetUpTestSuite() { start({}); }
    static void TearDownTestSuite();
    static void start(const HomeOptions& options);

    static const Home& home() { return *home_; }
    static Server& server() { return *server_; }

    Answer send(const Request& request) { return client_.send(request); }
    /// Sends a POST of alice.
    Answer post(const std::string& path, const std::string& body) {
        return send({.method = "POST", .path = path, .body = body, .token = home().token()});
    }
    Answer create(const nlohmann::json& body) { return post(keys_path(), text_of(body)); }
    Answer get(const std::string& path) { return send({.path = path, .token = home().token()}); }
    Answer get_key(const std::string& name) { return get(key_path(name)); }

  private:
    static std::unique_ptr<Home> home_;
    static std::unique_ptr<Server> server_;
    HttpClient client_{home().port()};
};

}  // namespace keyward::e2e
