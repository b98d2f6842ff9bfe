#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {

/// One operation of a request; `input` are raw octets.
nlohmann::json operation(const std::string& mechanism, const std::string& input,
                         const nlohmann::json& more = nlohmann::json::object());

/// The decoded octets of a member of an answer.
std::string octets_in(const nlohmann::json& answer, const char* member);

/// The members of an answer of `encrypt` that its decryption needs.
nlohmann::json reversed(const std::string& mechanism, const nlohmann::json& encrypted);

/// The octets with one bit inverted.
std::string damaged(std::string octets, std::size_t place = 0);

/// The private key of RFC 8032 in PKCS#8 (RFC 8410), from its seed.
std::string ed25519_pkcs8(const std::string& seed);

inline std::string use_path(const std::string& name, const std::string& call,
                            const std::string& environment = "production") {
    return key_path(name) + "environments/" + path_part(environment) + "/" + call + "/";
}

/// Uses of keys in the whole service with real tokens.
class KeyUse : public LiveKeyward {
  protected:
    using json = nlohmann::json;

    /// Creates a key with these octets and returns its name; `algorithm` and `mechanisms` may be empty.
    std::string new_key(const std::string& type, const std::string& algorithm, const std::string& octets,
                        const std::vector<std::string>& mechanisms = {},
                        const std::vector<std::string>& environments = {"production"});
    std::string secret(const std::string& algorithm, const std::string& octets,
                       const std::vector<std::string>& mechanisms = {}) {
        return new_key("SECRET_KEY", algorithm, octets, mechanisms);
    }
    /// Creates a new AES key for GCM.
    std::string gcm_key() { return secret("AES", random_octets(32)); }

    /// Sends a use of alice.
    Answer use(const std::string& name, const std::string& call, const json& body,
               const std::string& environment = "production") {
        return post(use_path(name, call, environment), text_of(body));
    }
    Answer use_as(const std::string& token, const std::string& name, const std::string& call,
                  const json& body, const std::string& environment = "production") {
        return send({.method = "POST",
                     .path = use_path(name, call, environment),
                     .body = text_of(body),
                     .token = token});
    }
    /// The answer, whose status must be 200.
    json used(const std::string& name, const std::string& call, const json& body,
              const std::string& environment = "production");
    /// The output of one encryption, decryption or signature, which must succeed.
    std::string encrypted(const std::string& name, const json& body);
    std::string decrypted(const std::string& name, const json& body);
    std::string signature(const std::string& name, const json& body);
    bool verifies(const std::string& name, json body, const std::string& signature);
    void expect_not_decrypted(const std::string& name, const json& body);
};

}  // namespace keyward::e2e
