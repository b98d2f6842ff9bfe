#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

const std::vector<std::string> odd_names{"it's",
                                         "say \"hi\"",
                                         "100 % of_it",
                                         "back\\slash",
                                         "$1 :name ?1 @x",
                                         "'; drop table keys; --",
                                         "a/b",
                                         " ",
                                         " padded ",
                                         "0012",
                                         "1e3",
                                         "NULL",
                                         "🔑 κλειδί ключ",
                                         "e\u0301",
                                         "\u00e9",
                                         "\U0010FFFF",
                                         std::string(255, 'x'),
                                         "\u200b",
                                         "--",
                                         "/* */",
                                         "::text"};

TEST_P(CatalogueContract, OddNamesComeBackOctetForOctet) {
    const auto project = new_project();
    for (const auto& name : odd_names) {
        auto work = begun(project, name);
        EXPECT_TRUE(catalogue_->keys.commit_create(work.key, resolution("first", at(9000)),
                                                   audit("key.create.commit")));
        work.key.state = KeyState::active;
        EXPECT_EQ(catalogue_->keys.find_key(project, name), work.key) << name;
    }
}

TEST_P(CatalogueContract, OddTextIsStoredInEveryField) {
    const auto project = new_project();
    for (const auto& text : odd_names) {
        auto key = new_key(project, text);
        key.description = text + "\n\t\r" + text;
        auto& deployment = key.deployments[0];
        deployment.alias = deployment.source = deployment.failure = deployment.public_key_pem = text;
        EXPECT_TRUE(catalogue_->keys.begin_create(key, intents_of(key, text), audit(text)));
        EXPECT_TRUE(catalogue_->keys.commit_create(key, resolution(text, at(9000)), audit(text)));
        key.state = KeyState::active;
        EXPECT_EQ(catalogue_->keys.find_key(project, text), key) << text;
        EXPECT_EQ(catalogue_->audit_log.audit_trail(1).at(0), audit(text));
    }
}

TEST_P(CatalogueContract, NamesThatOnlyLookAlikeAreDifferentNames) {
    const auto project = new_project();
    const std::vector<std::string> names{"key", "Key", "KEY", "key ", " key", "k\u00e9y", "ke\u0301y", "1",
                                         "01",  "1.0", "ß",   "ss",   "İ",    "i",        "ı"};
    for (const auto& name : names)
        begun(project, name);
    for (const auto& name : names)
        EXPECT_EQ(catalogue_->keys.find_key(project, name).value().name, name);
    EXPECT_EQ(catalogue_->keys.find_key(project, "kEy"), std::nullopt);
    EXPECT_EQ(catalogue_->keys.find_key(project, "k%"), std::nullopt);
}

TEST_P(CatalogueContract, ProjectsAndUsersMayHaveOddNamesToo) {
    for (const auto& name : odd_names) {
        EXPECT_TRUE(catalogue_->projects.create_project(name, {name}, audit("project.create")));
        EXPECT_TRUE(catalogue_->users.create_user(name, name, audit("user.create")));
        EXPECT_EQ(catalogue_->projects.find_project(name).value().environments.at(0), name);
        EXPECT_EQ(catalogue_->users.find_user(name).value().name, name);
    }
}

TEST_P(CatalogueContract, ATextWithANulOctetIsRefusedNotCutOff) {
    using namespace std::string_literals;
    EXPECT_THROW(catalogue_->users.create_user("alice\0bob"s, "", audit("user.create")), CatalogueError);
    EXPECT_THROW(catalogue_->users.find_user("alice\0"s), CatalogueError);
    EXPECT_FALSE(catalogue_->users.find_user("alice"));
}

TEST_P(CatalogueContract, TheMostAKeyMayHoldIsStored) {
    const auto project = new_project();
    auto key = new_key(project, std::string(255, 'n'));
    key.description = std::string(4096, 'd');
    key.deployments.clear();
    for (int i = 0; i < 32; ++i) {
        auto deployment = new_key(project).deployments[0];
        deployment.environment = "environment-" + std::to_string(31 - i);
        deployment.public_key_pem = std::string(20'000, 'p');
        key.deployments.push_back(deployment);
    }
    EXPECT_TRUE(catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create")));
    EXPECT_TRUE(
        catalogue_->keys.commit_create(key, resolution("first", at(9000)), audit("key.create.commit")));
    key.state = KeyState::active;
    EXPECT_EQ(catalogue_->keys.find_key(project, key.name), key);
}

}  // namespace
}  // namespace keyward::storage
