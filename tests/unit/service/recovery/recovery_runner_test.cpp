#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "service/recovery/recovery.hpp"
#include "tests/support/polling.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

/// A create in this environment that ended before its commit, in a process that has died.
ObjectId interrupted_create(ServiceFixture& fixture, const std::string& environment) {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "key-" + id.hex();
    key.project_id = fixture.project.id;
    key.name = key.id;
    EXPECT_TRUE(
        fixture.catalogue->keys.begin_create(key, {{id, key.id, environment, "gone", fixture.now - 1s}}, {}));
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    (environment == "production" ? fixture.production : fixture.staging)
        ->import({id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
    return id;
}

class RecoveryRunnerTest : public testing::Test {
  protected:
    ServiceFixture fixture_;
    Recovery recovery_{fixture_.service_context(), [](const std::string&) { return false; }};
};

TEST_F(RecoveryRunnerTest, DestroysInEveryEnvironment) {
    const ObjectId first = interrupted_create(fixture_, "production");
    const ObjectId second = interrupted_create(fixture_, "staging");
    {
        RecoveryRunner runner(recovery_);
        runner.run();
        EXPECT_TRUE(test::comes_true([&] { return fixture_.catalogue->changes.tombstones().empty(); }));
    }
    EXPECT_EQ(fixture_.production->count(first) + fixture_.staging->count(second), 0U);
}

TEST_F(RecoveryRunnerTest, ASlowTokenDelaysNoOtherEnvironmentNorTheNextRun) {
    interrupted_create(fixture_, "staging");
    std::promise<void> let_go;
    fixture_.staging->in_next_lookup([held = let_go.get_future().share()] { held.wait(); });
    RecoveryRunner runner(recovery_);
    runner.run();
    const ObjectId later = interrupted_create(fixture_, "production");
    runner.run();
    EXPECT_TRUE(test::comes_true([&] { return fixture_.production->count(later) == 0; }));
    EXPECT_EQ(fixture_.staging->objects(), 1U);
    let_go.set_value();
    EXPECT_TRUE(test::comes_true([&] { return fixture_.staging->objects() == 0; }));
}

TEST_F(RecoveryRunnerTest, OneEnvironmentIsWorkedOnByOneThreadAtATime) {
    interrupted_create(fixture_, "staging");
    std::promise<void> let_go;
    std::promise<void> is_held;
    fixture_.staging->in_next_lookup([&, held = let_go.get_future().share()] {
        is_held.set_value();
        held.wait();
    });
    RecoveryRunner runner(recovery_);
    runner.run();
    is_held.get_future().wait();
    fixture_.staging->in_next_lookup([] { ADD_FAILURE() << "a second thread looks"; });
    runner.run();
    runner.request_stop();
    let_go.set_value();
}

TEST_F(RecoveryRunnerTest, BeginsNothingOnceItIsToStop) {
    interrupted_create(fixture_, "production");
    RecoveryRunner runner(recovery_);
    runner.request_stop();
    runner.run();
    EXPECT_EQ(fixture_.catalogue->changes.intents().size(), 1U);
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(RecoveryRunnerTest, EndsBetweenTwoCallsWhenItIsToStop) {
    for (int i = 0; i < 5; ++i)
        interrupted_create(fixture_, "production");
    {
        RecoveryRunner runner(recovery_);
        fixture_.production->in_next_lookup([&] { runner.request_stop(); });
        runner.run();
        EXPECT_TRUE(test::comes_true([&] { return fixture_.catalogue->changes.tombstones().size() == 5; }));
    }
    EXPECT_EQ(fixture_.production->objects(), 5U);
}

}  // namespace
}  // namespace keyward::service
