#include "tests/e2e/known_answers/known_answers.hpp"

#include <gtest/gtest.h>

#include "domain/mechanisms.hpp"

namespace keyward::e2e {
namespace {

TEST(KnownAnswers, AreThereForEveryMechanismOfTheTable) {
    std::set<std::string> published = mechanisms_of_known_ciphers();
    published.merge(mechanisms_of_known_macs());
    published.merge(mechanisms_of_known_rsa());
    published.merge(mechanisms_of_known_curves());
    std::set<std::string> table;
    for (const Mechanism& row : mechanism_table())
        table.emplace(row.name);
    EXPECT_EQ(published, table);
}

}  // namespace
}  // namespace keyward::e2e
