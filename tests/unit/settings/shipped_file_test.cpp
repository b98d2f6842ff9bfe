#include <gtest/gtest.h>

#include "settings/settings.hpp"

namespace keyward::settings {
namespace {

Settings shipped() {
    return load(KEYWARD_CONFIG_FILE);
}

TEST(ShippedFile, ShowsTheDefaultsOfHttp) {
    const auto shown = shipped().http;
    const HttpSettings defaults;
    EXPECT_EQ(shown.address, defaults.address);
    EXPECT_EQ(shown.port, defaults.port);
    EXPECT_EQ(shown.max_body, defaults.max_body);
    EXPECT_EQ(shown.trusted_proxies, defaults.trusted_proxies);
    EXPECT_EQ(shown.trusted_network, defaults.trusted_network);
}

TEST(ShippedFile, ShowsTheDefaultsOfPolicyAndCatalogue) {
    const auto shown = shipped();
    const Settings defaults;
    EXPECT_EQ(shown.policy.legacy_mechanisms, defaults.policy.legacy_mechanisms);
    EXPECT_EQ(shown.policy.rsa_min_bits, defaults.policy.rsa_min_bits);
    EXPECT_EQ(shown.policy.refuse_two_purposes, defaults.policy.refuse_two_purposes);
    EXPECT_EQ(shown.policy.request_fingerprint_secret_file, defaults.policy.request_fingerprint_secret_file);
    EXPECT_EQ(shown.catalogue.url, defaults.catalogue.url);
    EXPECT_EQ(shown.catalogue.connections, defaults.catalogue.connections);
    EXPECT_EQ(shown.catalogue.deadline, defaults.catalogue.deadline);
}

TEST(ShippedFile, ShowsTheDefaultsOfAnEnvironment) {
    const auto shown = shipped().environments.at(0);
    const EnvironmentSettings defaults;
    EXPECT_EQ(shown.type, defaults.type);
    EXPECT_EQ(shown.description, defaults.description);
    EXPECT_EQ(shown.module_init_args, defaults.module_init_args);
    EXPECT_EQ(shown.token_serial, defaults.token_serial);
    EXPECT_EQ(shown.import_route, defaults.import_route);
    EXPECT_EQ(shown.shared_token, defaults.shared_token);
    EXPECT_EQ(shown.sessions, defaults.sessions);
    EXPECT_EQ(shown.deadline, defaults.deadline);
}

TEST(ShippedFile, HasTheDefaultsThatItsCommentsPromise) {
    const auto shown = shipped();
    EXPECT_EQ(shown.http.address, "127.0.0.1");
    EXPECT_EQ(shown.http.port, 8080);
    EXPECT_EQ(shown.http.max_body, 1048576U);
    EXPECT_FALSE(shown.http.trusted_network);
    EXPECT_FALSE(shown.policy.legacy_mechanisms);
    EXPECT_EQ(shown.policy.rsa_min_bits, 2048U);
    EXPECT_EQ(shown.environments.at(0).sessions, 16U);
    EXPECT_EQ(shown.environments.at(0).deadline, std::chrono::seconds{5});
}

TEST(ShippedFile, NamesTheTwoEnvironmentsOfTheDemonstration) {
    const auto environments = shipped().environments;
    ASSERT_EQ(environments.size(), 2U);
    EXPECT_EQ(environments[0].name, "production");
    EXPECT_EQ(environments[0].module, "/usr/lib/softhsm/libsofthsm2.so");
    EXPECT_EQ(environments[0].token_label, "production");
    EXPECT_EQ(environments[0].pin_source, (PinSource{PinSource::Kind::file, "/run/secrets/production.pin"}));
    EXPECT_EQ(environments[1].name, "staging");
    EXPECT_EQ(environments[1].type, "TEST");
}

}  // namespace
}  // namespace keyward::settings
