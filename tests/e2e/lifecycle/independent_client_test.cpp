#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/e2e/support/tool.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using Titles = std::vector<std::string>;

const std::string input = "a message that both sides know";

std::string label_of(const std::string& name) {
    return std::string(project) + "/" + name;
}

/// The output of an openssl command, in which `{input}` is replaced by a file with these octets.
std::string openssl(std::vector<std::string> words, const std::string& octets) {
    const test::TemporaryFolder folder;
    const std::string file = folder.write("input", octets);
    std::ranges::replace(words, std::string("{input}"), file);
    words.insert(words.begin(), "openssl");
    return test::output_of(words);
}

/// Whether `openssl pkeyutl -verify` accepts the signature over these octets with the public half of the
/// original key.
bool verifies(const KeyPair& pair, const std::string& signed_octets, const std::string& signature,
              const std::vector<std::string>& options) {
    const test::TemporaryFolder folder;
    std::vector<std::string> command{"openssl",  "pkeyutl",
                                     "-verify",  "-pubin",
                                     "-inkey",   folder.write("key.pem", pair.spki_pem),
                                     "-in",      folder.write("input", signed_octets),
                                     "-sigfile", folder.write("signature", signature)};
    command.insert(command.end(), options.begin(), options.end());
    return test::run_command(command).code == 0;
}

class IndependentClient : public LiveKeyward {
  protected:
    /// Creates the key in production only.
    std::string deploy(const std::string& key_type, const std::string& algorithm, const std::string& octets,
                       const json& mechanisms = nullptr) {
        const std::string name = unique_name();
        json body = create_body(name, key_type, algorithm, {{"production", base64(octets)}});
        if (!mechanisms.is_null()) body["mechanisms"] = mechanisms;
        const Answer answer = create(body);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return name;
    }

    Titles titles(const std::string& token, const std::string& name) {
        Titles all;
        for (const ListedObject& object : listed(home(), token, label_of(name)))
            all.push_back(object.title);
        std::ranges::sort(all);
        return all;
    }

    /// Expects that pkcs11-tool lists these objects in production and none in staging.
    void expect_only_in_production(const std::string& name, const Titles& expected) {
        EXPECT_EQ(titles("production", name), expected);
        EXPECT_EQ(titles("staging", name), Titles{});
    }

    std::string id_of(const std::string& name) {
        const auto objects = listed(home(), "production", label_of(name));
        return objects.empty() ? "" : objects.front().id;
    }

    std::string sign(const std::string& name, const std::vector<std::string>& options,
                     const std::string& octets) {
        return used(home(), "production", id_of(name), "--sign", options, octets);
    }
};

TEST_F(IndependentClient, EncryptsWithAesAsOpensslDoes) {
    const std::string key = random_octets(32);
    const std::string name = deploy("SECRET_KEY", "AES", key, {"AES-CBC-PAD"});
    expect_only_in_production(name, {"Secret Key Object; AES length 32"});
    const std::string iv = hex(random_octets(16));
    EXPECT_EQ(used(home(), "production", id_of(name), "--encrypt", {"--mechanism", "AES-CBC-PAD", "--iv", iv},
                   input),
              openssl({"enc", "-aes-256-cbc", "-in", "{input}", "-K", hex(key), "-iv", iv}, input));
}

TEST_F(IndependentClient, EncryptsWithAes128AsOpensslDoes) {
    const std::string key = random_octets(16);
    const std::string name = deploy("SECRET_KEY", "AES", key, {"AES-CBC-PAD"});
    expect_only_in_production(name, {"Secret Key Object; AES length 16"});
    const std::string iv = hex(random_octets(16));
    EXPECT_EQ(used(home(), "production", id_of(name), "--encrypt", {"--mechanism", "AES-CBC-PAD", "--iv", iv},
                   input),
              openssl({"enc", "-aes-128-cbc", "-in", "{input}", "-K", hex(key), "-iv", iv}, input));
}

TEST_F(IndependentClient, FindsADesEdeKeyInTheRightToken) {
    expect_only_in_production(deploy("SECRET_KEY", "DESede", des_key(24)), {"Secret Key Object; DES3"});
}

TEST_F(IndependentClient, FindsADesKeyInTheRightToken) {
    expect_only_in_production(deploy("SECRET_KEY", "DES", des_key(8)), {"Secret Key Object; DES"});
}

class IndependentHmac : public IndependentClient, public testing::WithParamInterface<std::size_t> {};

TEST_P(IndependentHmac, IsWhatOpensslComputesWithTheOriginalKey) {
    const std::string key = random_octets(GetParam());
    const std::string name = deploy("SECRET_KEY", "HMAC", key);
    EXPECT_EQ(titles("production", name).size(), 1U);
    EXPECT_EQ(titles("staging", name), Titles{});
    EXPECT_EQ(sign(name, {"--mechanism", "SHA256-HMAC"}, input),
              openssl({"mac", "-binary", "-in", "{input}", "-digest", "SHA256", "-macopt",
                       "hexkey:" + hex(key), "HMAC"},
                      input));
}

INSTANTIATE_TEST_SUITE_P(OfAnyLength, IndependentHmac, testing::Values(16, 20, 32, 64, 1024));

TEST_F(IndependentClient, SignsWithRsaAndOpensslVerifies) {
    const KeyPair& pair = key_pair("RSA-2048");
    const std::string name = deploy("PRIVATE_KEY", "RSA", pair.traditional_der);
    expect_only_in_production(name, {"Private Key Object; RSA", "Public Key Object; RSA 2048 bits"});
    const std::string signature = sign(name, {"--mechanism", "SHA256-RSA-PKCS"}, input);
    EXPECT_TRUE(verifies(pair, input, signature, {"-rawin", "-digest", "sha256"}));
}

TEST_F(IndependentClient, SignsWithPssAndOpensslVerifies) {
    const KeyPair& pair = key_pair("RSA-3072");
    const std::string name = deploy("PRIVATE_KEY", "RSA", pair.pkcs8_pem);
    const std::string signature = sign(name, {"--mechanism", "SHA256-RSA-PKCS-PSS"}, input);
    EXPECT_TRUE(verifies(pair, input, signature,
                         {"-rawin", "-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt",
                          "rsa_pss_saltlen:32"}));
}

struct Curve {
    const char* name;
    const char* title;
};
void PrintTo(const Curve& curve, std::ostream* out) {
    *out << curve.name;
}

class IndependentEcdsa : public IndependentClient, public testing::WithParamInterface<Curve> {};

TEST_P(IndependentEcdsa, IsVerifiedByOpenssl) {
    const KeyPair& pair = key_pair(GetParam().name);
    const std::string name = deploy("PRIVATE_KEY", "EC", pair.traditional_pem);
    expect_only_in_production(name, {"Private Key Object; EC", GetParam().title});
    const std::string digest = openssl({"dgst", "-sha256", "-binary", "{input}"}, input);
    const std::string signature =
        sign(name, {"--mechanism", "ECDSA", "--signature-format", "openssl"}, digest);
    EXPECT_TRUE(verifies(pair, digest, signature, {}));
}

// pkcs11-tool counts whole octets, so P-521 shows as 528.
INSTANTIATE_TEST_SUITE_P(OnEveryCurve, IndependentEcdsa,
                         testing::Values(Curve{"P-256", "Public Key Object; EC  EC_POINT 256 bits"},
                                         Curve{"P-384", "Public Key Object; EC  EC_POINT 384 bits"},
                                         Curve{"P-521", "Public Key Object; EC  EC_POINT 528 bits"},
                                         Curve{"secp256k1", "Public Key Object; EC  EC_POINT 256 bits"}));

TEST_F(IndependentClient, SignsWithEd25519AndOpensslVerifies) {
    const KeyPair& pair = key_pair("Ed25519");
    const std::string name = deploy("PRIVATE_KEY", "Ed25519", pair.pkcs8_der);
    EXPECT_EQ(titles("production", name).size(), 2U);
    EXPECT_EQ(titles("staging", name), Titles{});
    EXPECT_TRUE(verifies(pair, input, sign(name, {"--mechanism", "EDDSA"}, input), {"-rawin"}));
}

TEST_F(IndependentClient, FindsAPublicKeyWithoutAPrivateOne) {
    expect_only_in_production(deploy("PUBLIC_KEY", "RSA", key_pair("RSA-2048").certificate_der),
                              {"Public Key Object; RSA 2048 bits"});
}

TEST_F(IndependentClient, ReadsBackThePublicKeyThatWasSent) {
    const KeyPair& pair = key_pair("RSA-2048");
    const std::string name = deploy("PRIVATE_KEY", "RSA", pair.pkcs8_der);
    const test::TemporaryFolder folder;
    static_cast<void>(pkcs11_tool(home(), "production",
                                  {"--read-object", "--type", "pubkey", "--id", id_of(name), "--output-file",
                                   folder.file("public.der")}));
    EXPECT_EQ(test::read_file(folder.file("public.der")), pair.spki_der);
}

TEST_F(IndependentClient, FindsTheKeyInEveryTokenThatWasNamed) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    EXPECT_EQ(titles("production", name), Titles{"Secret Key Object; AES length 32"});
    EXPECT_EQ(titles("staging", name), Titles{"Secret Key Object; AES length 32"});
}

TEST_F(IndependentClient, FindsTheAliasAsTheLabel) {
    const std::string alias = "an alias of " + unique_name();
    json body = create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(16))}});
    body["cryptoKeyInfoEnvironmentList"][0]["alias"] = alias;
    ASSERT_EQ(create(body).status, 200);
    EXPECT_EQ(listed(home(), "production", alias).size(), 1U);
}

TEST_F(IndependentClient, SeesSensitiveKeysThatNeverLeave) {
    const std::string name = deploy("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der);
    const std::string other = deploy("SECRET_KEY", "AES", random_octets(32));
    for (const std::string& label : {label_of(name), label_of(other)}) {
        for (const ListedObject& object : listed(home(), "production", label)) {
            const bool is_public = object.title.starts_with("Public");
            EXPECT_EQ(object.access, is_public ? "none" : "sensitive") << object.title;
        }
    }
}

/// Every type of object with all attributes that the contract requires, read over raw Cryptoki.
TEST_F(IndependentClient, SeesTheAttributesThatProtectAKey) {
    const std::vector<std::string> names{deploy("SECRET_KEY", "AES", random_octets(32)),
                                         deploy("SECRET_KEY", "DES", des_key(8)),
                                         deploy("SECRET_KEY", "DESede", des_key(24)),
                                         deploy("SECRET_KEY", "HMAC", random_octets(32)),
                                         deploy("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der),
                                         deploy("PRIVATE_KEY", "EC", key_pair("P-521").pkcs8_der),
                                         deploy("PRIVATE_KEY", "Ed25519", key_pair("Ed25519").pkcs8_der),
                                         deploy("PUBLIC_KEY", "EC", key_pair("P-384").spki_der)};
    std::set<std::string> ids;
    for (const std::string& name : names) {
        for (const TokenObject& object : objects_in(home(), "production", label_of(name))) {
            const std::string what = name + " " + object.kind;
            EXPECT_TRUE(object.token) << what;
            EXPECT_FALSE(object.modifiable) << what;
            EXPECT_FALSE(object.wraps || object.unwraps) << what;
            EXPECT_EQ(object.id.size(), 32U) << what;
            EXPECT_EQ(object.is_private, object.kind != "public") << what;
            EXPECT_EQ(object.sensitive, object.kind != "public") << what;
            EXPECT_FALSE(object.extractable) << what;
            ids.insert(object.id);
        }
    }
    EXPECT_EQ(ids.size(), names.size())
        << "a private key shares its CKA_ID with its public half and with nothing else";
}

}  // namespace
}  // namespace keyward::e2e
