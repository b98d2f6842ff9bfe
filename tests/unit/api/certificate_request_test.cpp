#include <algorithm>

#include "tests/unit/api/use_fixture.hpp"

namespace keyward::api {
namespace {

/// Fake tokens sign what no certificate request takes; how real ones do stands in the tests over HTTP.
class CertificateRequests : public UseTest {
  protected:
    static Json right(const Json& more = Json::object()) {
        Json body{{"subject", "CN=www.example.org"}, {"mechanism", "ECDSA-SHA256"}};
        body.update(more);
        return body;
    }
    std::vector<Mistake> mistakes(const std::string& key, const Json& body) {
        return mistakes_of("certificate-request", key, body);
    }
    static std::vector<std::string> pointers(const std::vector<Mistake>& mistakes) {
        std::vector<std::string> all(mistakes.size());
        std::ranges::transform(mistakes, all.begin(), &Mistake::first);
        return all;
    }
};

using Pointers = std::vector<std::string>;

TEST_F(CertificateRequests, NameEveryMistakeAtOnce) {
    create_ec("k");
    EXPECT_EQ(mistakes("k", {{"subjectAltNames", {"DNS:a", 7}}, {"days", 30}}),
              (std::vector<Mistake>{{"/subject", "is missing"},
                                    {"/subjectAltNames/1", "must be a string"},
                                    {"/days", "is not a field of this call"},
                                    {"/mechanism",
                                     "is missing; the key has ECDSA-SHA256, ECDSA-SHA384, "
                                     "ECDSA-SHA512 to sign"}}));
    EXPECT_EQ(mistakes("k", Json::array()), (std::vector<Mistake>{{"", "must be a JSON object"}}));
}

TEST_F(CertificateRequests, TellWhichNamesCanNotStandThere) {
    create_ec("k");
    EXPECT_EQ(pointers(mistakes("k", right({{"subject", "www.example.org"},
                                            {"subjectAltNames", {"DNS:a.example", "IP:1.2.3", "host"}}}))),
              (Pointers{"/subject", "/subjectAltNames/1", "/subjectAltNames/2"}));
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(CertificateRequests, TellOfTheMechanismBesideTheNames) {
    create_ec("k");
    EXPECT_EQ(pointers(mistakes("k", right({{"subject", "x"}, {"mechanism", "EDDSA"}}))),
              (Pointers{"/subject", "/mechanism"}));
}

TEST_F(CertificateRequests, HaveAHundredAlternativeNamesAtMost) {
    create_ec("k");
    EXPECT_EQ(mistakes("k", right({{"subjectAltNames", std::vector<std::string>(101, "DNS:a")}})),
              (std::vector<Mistake>{{"/subjectAltNames", "must have 0 to 100 entries, but has 101"}}));
}

TEST_F(CertificateRequests, NeedAPrivateKeyAndOneOfItsSignatures) {
    create_secret("secret", "HMAC");
    EXPECT_EQ(mistakes("secret", right({{"mechanism", "SHA256-HMAC"}})),
              (std::vector<Mistake>{{"/mechanism",
                                     "can't sign a certificate request: the key is a secret key, and only a "
                                     "private key can have a certificate"}}));
    create_rsa("rsa", {"RSA-PKCS-OAEP"});
    EXPECT_EQ(mistakes("rsa", right({{"mechanism", "RSA-PKCS-OAEP"}})),
              (std::vector<Mistake>{{"/mechanism", "does not sign; the key has none to sign"}}));
}

TEST_F(CertificateRequests, OfAKeyThatIsReplacedMeanwhileAreAConflict) {
    create_ec("k");
    fixture_.production->in_next_operation([&] {
        const auto response = send(http::Method::put, "/apiops/projects/MyProject/keys/k/", manager_,
                                   R"({"description":"changed meanwhile"})");
        EXPECT_EQ(response.status, 200) << response.body;
    });
    const auto response = use("certificate-request", "k", right());
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_EQ(error_of(response), "conflict");
}

TEST_F(CertificateRequests, WithASignatureThatIsNotTheKeysAreABug) {
    create_ec("k");
    EXPECT_EQ(use("certificate-request", "k", right()).status, 500);
}

TEST_F(CertificateRequests, NeedTheirTokenAndThePermission) {
    create_ec("k");
    EXPECT_EQ(send(http::Method::post, path("certificate-request", "k"), manager_, right().dump()).status,
              403);
    EXPECT_EQ(use("certificate-request", "none", right()).status, 404);
    fixture_.production->set_reachable(false);
    EXPECT_EQ(use("certificate-request", "k", right()).status, 503);
}

}  // namespace
}  // namespace keyward::api
