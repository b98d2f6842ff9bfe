#include "keys/public/signature_algorithm.hpp"

#include <array>
#include <stdexcept>

#include <gtest/gtest.h>

#include "keys/decode/der_reader.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

using Scheme = RequestSignature::Scheme;

/// The AlgorithmIdentifier of a request that the openssl command signs.
Bytes of_openssl(const std::string& key, const std::string& options) {
    sample_key(key);
    const std::string request = openssl_folder().made_by(
        "req -new -subj /CN=a -outform DER -out made -key " + key + ".pem " + options, "made");
    der::Reader reader = der::inside_sequence(as_bytes(request), "the request");
    reader.expect(der::sequence, "the information");
    const ByteView algorithm = reader.expect(der::sequence, "the algorithm").whole;
    return {algorithm.begin(), algorithm.end()};
}

TEST(SignatureAlgorithm, IsWrittenAsOpensslDoes) {
    constexpr std::array<std::pair<Digest, const char*>, 3> digests{
        {{Digest::sha256, "-sha256"}, {Digest::sha384, "-sha384"}, {Digest::sha512, "-sha512"}}};
    const std::string pss_options = " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    for (const auto& [digest, option] : digests) {
        SCOPED_TRACE(option);
        EXPECT_EQ(signature_algorithm({Scheme::rsa_pkcs1, digest}), of_openssl("RSA-2048", option));
        EXPECT_EQ(signature_algorithm({Scheme::rsa_pss, digest}),
                  of_openssl("RSA-2048", option + pss_options));
        EXPECT_EQ(signature_algorithm({Scheme::ecdsa, digest}), of_openssl("P-256", option));
    }
    EXPECT_EQ(signature_algorithm({Scheme::ed25519}), of_openssl("Ed25519", ""));
}

TEST(SignatureAlgorithm, OfPssIsThatOfTheBrowsersRules) {
    // CA/Browser Forum, Baseline Requirements for TLS, section 7.1.3.2.1: SHA-256, MGF-1 with it, salt of 32.
    EXPECT_EQ(to_hex(signature_algorithm({Scheme::rsa_pss, Digest::sha256})),
              "304106092a864886f70d01010a3034a00f300d0609608648016503040201"
              "0500a11c301a06092a864886f70d010108300d0609608648016503040201"
              "0500a203020120");
}

TEST(SignatureAlgorithm, OfADigestThatNobodyAcceptsThrows) {
    for (const Digest digest : {Digest::sha1, Digest::sha224})
        for (const Scheme scheme : {Scheme::rsa_pkcs1, Scheme::rsa_pss, Scheme::ecdsa})
            EXPECT_THROW(signature_algorithm({scheme, digest}), std::invalid_argument);
}

}  // namespace
}  // namespace keyward::keys::testing
