// Checks with independent programs: keys that the openssl command generated are imported, then pkcs11-tool,
// in a separate process, finds and uses them, and openssl checks the result with the original key.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "keys/decode/decode.hpp"
#include "tests/contract/token/support/labs.hpp"
#include "tests/support/command.hpp"
#include "tests/support/files.hpp"

namespace keyward::tests {
namespace {

using keys::Algorithm;
using keys::KeyType;
using ::testing::HasSubstr;
using ::testing::Not;

class IndependentClient : public ::testing::Test {
  protected:
    IndependentClient() {
        lab_.add_token("staging");
        std::ofstream(file("input")) << "0123456789abcdef0123456789abcdef";
        openssl({"dgst", "-sha256", "-binary", "-out", file("digest"), file("input")});
    }

    std::string file(const std::string& name) const { return folder_.path() / name; }

    static void openssl(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "openssl");
        test::output_of(arguments);
    }

    test::CommandResult pkcs11_tool(const std::string& token, std::vector<std::string> arguments) const {
        std::vector<std::string> command{"pkcs11-tool", "--module", softhsm_module, "--token-label",
                                         token,         "--login",  "--pin",        "env:KEYWARD_TEST_PIN"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return test::run_command(command, {std::string("KEYWARD_TEST_PIN=") + test_pin});
    }

    /// Uses the imported object for `action` (`--sign`, `--encrypt` …) on a file. The result is in the file
    /// "output".
    void use(const std::string& action, const std::string& mechanism, const std::string& input,
             std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{action, "--mechanism", mechanism, "--id",        id_.hex(),
                                           "-i",   file(input),   "-o",      file("output")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const test::CommandResult result = pkcs11_tool("production", arguments);
        ASSERT_EQ(result.code, 0) << result.errors;
    }

    /// The lines that pkcs11-tool prints for the objects with this key's CKA_ID.
    std::vector<std::string> listed(const std::string& token) const {
        const std::string all = pkcs11_tool(token, {"--list-objects"}).output;
        std::vector<std::string> blocks;
        std::istringstream lines(all);
        for (std::string line; std::getline(lines, line);) {
            if (line.find("Object;") != std::string::npos) blocks.emplace_back();
            if (!blocks.empty()) blocks.back() += line + "\n";
        }
        std::erase_if(blocks,
                      [&](const std::string& block) { return block.find(id_.hex()) == std::string::npos; });
        return blocks;
    }

    ImportResult import(KeyType type, std::optional<Algorithm> algorithm, std::string content,
                        const KeyUsages& uses) {
        const keys::KeyMaterial material = keys::decode_content(
            type, algorithm, SecretBytes::take(content), {.rsa_min_bits = 2048, .legacy_mechanisms = true});
        return lab_.token()->import(
            {id_, "independent", material, uses, ObjectLifetime::token, std::nullopt});
    }

    void expect_protected(std::size_t objects) const {
        const std::vector<std::string> blocks = listed("production");
        EXPECT_EQ(blocks.size(), objects);
        for (const std::string& block : blocks) {
            EXPECT_THAT(block, Not(HasSubstr("extractable")));
            EXPECT_THAT(
                block, HasSubstr(block.starts_with("Public") ? "Access:     none" : "Access:     sensitive"));
            EXPECT_THAT(block, HasSubstr("label:      independent"));
        }
        EXPECT_TRUE(listed("staging").empty());
    }

    SoftHsmLab lab_;
    test::TemporaryFolder folder_;
    const ObjectId id_ = ObjectId::random();
    const bool prepared_ = (prepare_process(), true);
};

struct SecretCase {
    std::string name;
    Algorithm algorithm;
    int octets;
    KeyUsages uses;
    std::string action, mechanism;
    std::vector<std::string> software;  ///< the openssl command; KEY stands for the key in hexadecimal
};
void PrintTo(const SecretCase& key, std::ostream* out) {
    *out << key.name;
}

class SecretKeys : public IndependentClient, public ::testing::WithParamInterface<SecretCase> {};

SecretCase aes(int octets, const std::string& mode) {
    return {"Aes" + std::to_string(octets * 8) + mode,
            Algorithm::aes,
            octets,
            {KeyUsage::encrypt_decrypt},
            "--encrypt",
            "AES-" + mode,
            {"enc", "-aes-" + std::to_string(octets * 8) + (mode == "ECB" ? "-ecb" : "-cbc"), "-K", "KEY"}};
}
SecretCase hmac(int octets, const std::string& digest) {
    return {"Hmac" + std::to_string(octets) + "Sha" + digest,
            Algorithm::hmac,
            octets,
            {KeyUsage::sign_verify},
            "--sign",
            "SHA" + digest + "-HMAC",
            {"dgst", "-sha" + digest, "-binary", "-mac", "HMAC", "-macopt", "hexkey:KEY"}};
}

INSTANTIATE_TEST_SUITE_P(Openssl, SecretKeys,
                         ::testing::Values(aes(16, "ECB"), aes(24, "ECB"), aes(32, "ECB"), aes(32, "CBC"),
                                           hmac(16, "256"), hmac(16, "512"), hmac(32, "256"), hmac(48, "384"),
                                           hmac(200, "512")),
                         [](const auto& test) { return test.param.name; });

TEST_P(SecretKeys, DoInTheTokenWhatOpensslDoes) {
    const SecretCase& key = GetParam();
    openssl({"rand", "-out", file("key"), std::to_string(key.octets)});
    const std::string octets = test::read_file(file("key"));
    import(KeyType::secret, key.algorithm, to_base64(as_bytes(octets)), key.uses);
    expect_protected(1);

    std::vector<std::string> more;
    std::vector<std::string> command = key.software;
    for (std::string& part : command)
        if (const auto at = part.find("KEY"); at != std::string::npos)
            part.replace(at, 3, to_hex(as_bytes(octets)));
    if (key.mechanism == "AES-CBC") {
        more = {"--iv", std::string(32, '0')};
        command.insert(command.end(), {"-iv", std::string(32, '0')});
    }
    if (key.algorithm == Algorithm::aes) command.insert(command.end(), {"-nopad", "-in"});
    command.push_back(file("input"));
    command.insert(command.begin() + 1, {"-out", file("expected")});
    use(key.action, key.mechanism, "input", more);
    openssl(command);
    EXPECT_EQ(to_hex(as_bytes(test::read_file(file("output")))),
              to_hex(as_bytes(test::read_file(file("expected")))));
}

// pkcs11-tool 0.23 has no DES. The token's check value is the encryption of a zero block, and openssl
// computes the same.
TEST_F(IndependentClient, ATripleDesKeyHasTheCheckValueThatOpensslComputes) {
    openssl({"rand", "-out", file("key"), "24"});
    const std::string octets = test::read_file(file("key"));
    const auto receipt =
        import(KeyType::secret, Algorithm::desede, to_base64(as_bytes(octets)), {KeyUsage::encrypt_decrypt});
    expect_protected(1);
    std::ofstream(file("zeros")) << std::string(8, '\0');
    openssl({"enc", "-des-ede3", "-nopad", "-K", to_hex(as_bytes(octets)), "-in", file("zeros"), "-out",
             file("expected")});
    const std::string expected = to_hex(as_bytes(test::read_file(file("expected")).substr(0, 3)));
    EXPECT_TRUE(
        std::ranges::equal(receipt.key_check_value, expected, {}, [](char c) { return std::tolower(c); }));
}

TEST_F(IndependentClient, ADesKeyIsFoundAndProtected) {
    openssl({"rand", "-out", file("key"), "8"});
    import(KeyType::secret, Algorithm::des, to_base64(as_bytes(test::read_file(file("key")))),
           {KeyUsage::encrypt_decrypt});
    expect_protected(1);
}

/// The format in which openssl writes the key: arguments of `openssl pkey`, `rsa` or `ec`.
struct Format {
    std::string name;
    std::vector<std::string> command;
    bool der;
};

struct PairCase {
    std::string name;
    std::vector<std::string> generate;  ///< arguments of `openssl genpkey`
    std::string mechanism, input;
    /// Arguments of openssl, with the public key in "public" and the signature in "output".
    std::vector<std::string> verify;
    Format format;
};
void PrintTo(const PairCase& key, std::ostream* out) {
    *out << key.name;
}

std::vector<PairCase> pair_cases() {
    const Format pkcs8_pem{"Pkcs8Pem", {"pkey"}, false};
    const Format pkcs8_der{"Pkcs8Der", {"pkey", "-outform", "DER"}, true};
    const std::vector<Format> rsa{pkcs8_pem,
                                  pkcs8_der,
                                  {"Pkcs1Pem", {"rsa", "-traditional"}, false},
                                  {"Pkcs1Der", {"rsa", "-traditional", "-outform", "DER"}, true}};
    const std::vector<Format> ec{
        pkcs8_pem, pkcs8_der, {"Sec1Pem", {"ec"}, false}, {"Sec1Der", {"ec", "-outform", "DER"}, true}};
    std::vector<PairCase> cases;
    for (const Format& format : rsa)
        cases.push_back({"Rsa",
                         {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
                         "SHA256-RSA-PKCS",
                         "input",
                         {"dgst", "-sha256", "-verify", "public", "-signature", "output", "input"},
                         format});
    for (const std::string curve : {"P-256", "P-384", "P-521", "secp256k1"})
        for (const Format& format : ec)
            cases.push_back(
                {curve,
                 {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve},
                 "ECDSA",
                 "digest",
                 {"pkeyutl", "-verify", "-pubin", "-inkey", "public", "-in", "digest", "-sigfile", "output"},
                 format});
    for (const Format& format : {pkcs8_pem, pkcs8_der})
        cases.push_back({"Ed25519",
                         {"-algorithm", "ED25519"},
                         "EDDSA",
                         "input",
                         {"pkeyutl", "-verify", "-pubin", "-inkey", "public", "-rawin", "-in", "input",
                          "-sigfile", "output"},
                         format});
    for (PairCase& key : cases) {
        std::erase(key.name, '-');
        key.name += key.format.name;
    }
    return cases;
}

class PrivateKeys : public IndependentClient, public ::testing::WithParamInterface<PairCase> {
  protected:
    /// Replaces the names of test files in the arguments by their paths.
    std::vector<std::string> with_files(std::vector<std::string> arguments) const {
        for (std::string& argument : arguments)
            for (const std::string name : {"public", "output", "input", "digest"})
                if (argument == name) argument = file(name);
        return arguments;
    }
};

INSTANTIATE_TEST_SUITE_P(Openssl, PrivateKeys, ::testing::ValuesIn(pair_cases()),
                         [](const auto& test) { return test.param.name; });

TEST_P(PrivateKeys, SignInTheTokenWhatTheirPublicKeyVerifiesInOpenssl) {
    const PairCase& key = GetParam();
    std::vector<std::string> generate{"genpkey", "-out", file("private")};
    generate.insert(generate.end(), key.generate.begin(), key.generate.end());
    openssl(generate);
    openssl({"pkey", "-in", file("private"), "-pubout", "-out", file("public")});
    std::vector<std::string> convert = key.format.command;
    convert.insert(convert.end(), {"-in", file("private"), "-out", file("formatted")});
    openssl(convert);
    const std::string formatted = test::read_file(file("formatted"));

    import(KeyType::private_key, std::nullopt, key.format.der ? to_base64(as_bytes(formatted)) : formatted,
           {KeyUsage::sign_verify});

    expect_protected(2);
    std::vector<std::string> more;
    if (key.mechanism == "ECDSA") more = {"--signature-format", "openssl"};
    use("--sign", key.mechanism, key.input, more);
    EXPECT_NO_THROW(openssl(with_files(key.verify)));
}

TEST_F(IndependentClient, AnRsaKeyDecryptsInTheTokenWhatOpensslEncrypted) {
    openssl({"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file("private")});
    openssl(
        {"pkeyutl", "-encrypt", "-inkey", file("private"), "-in", file("input"), "-out", file("encrypted")});
    import(KeyType::private_key, Algorithm::rsa, test::read_file(file("private")),
           {KeyUsage::encrypt_decrypt});
    use("--decrypt", "RSA-PKCS", "encrypted");
    EXPECT_EQ(test::read_file(file("output")), test::read_file(file("input")));
}

TEST_F(IndependentClient, AnRsaPublicKeyVerifiesInTheTokenWhatOpensslSigned) {
    openssl({"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file("private")});
    openssl({"pkey", "-in", file("private"), "-pubout", "-out", file("public")});
    openssl({"dgst", "-sha256", "-sign", file("private"), "-out", file("signature"), file("input")});
    import(KeyType::public_key, std::nullopt, test::read_file(file("public")), {KeyUsage::sign_verify});
    expect_protected(1);
    const test::CommandResult verified =
        pkcs11_tool("production", {"--verify", "--mechanism", "SHA256-RSA-PKCS", "--id", id_.hex(), "-i",
                                   file("input"), "--signature-file", file("signature")});
    EXPECT_THAT(verified.output + verified.errors, HasSubstr("Signature is valid"));
}

TEST_F(IndependentClient, ACertificatesPublicKeyVerifiesInTheTokenWhatOpensslSigned) {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=keyward-test", "-keyout", file("private"), "-out", file("certificate")});
    openssl(
        {"pkeyutl", "-sign", "-inkey", file("private"), "-in", file("digest"), "-out", file("signature")});
    import(KeyType::public_key, std::nullopt, test::read_file(file("certificate")), {KeyUsage::sign_verify});
    expect_protected(1);
    const test::CommandResult verified = pkcs11_tool(
        "production", {"--verify", "--mechanism", "ECDSA", "--signature-format", "openssl", "--id", id_.hex(),
                       "-i", file("digest"), "--signature-file", file("signature")});
    EXPECT_THAT(verified.output + verified.errors, HasSubstr("Signature is valid"));
}

}  // namespace
}  // namespace keyward::tests
