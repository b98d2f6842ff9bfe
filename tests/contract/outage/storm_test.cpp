// Hundreds of lost answers and forged errors: nothing is lost, and nothing is stuck.
#include <cstdlib>
#include <iostream>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/contract/outage/replica.hpp"
#include "tests/support/polling.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

bool in_long_form() {
    return std::getenv("KEYWARD_LONG") != nullptr;
}

/// A client that creates, replaces and deletes keys, each request with an Idempotency-Key, and repeats
/// requests that were answered with 503.
class Storm : public testing::TestWithParam<const char*> {
  protected:
    Storm() {
        prepare(*catalogue_);
        replica_ = std::make_unique<Replica>("first", *catalogue_, tokens_);
    }

    long long faults() { return database_.proxy().count("faults"); }

    void until_done(const std::string& name, const std::function<Replica::Answer()>& request) {
        const auto until = Time::now() + 10s;
        for (auto answer = request(); answer.status != 200; answer = request()) {
            ASSERT_EQ(answer.status, 503) << name << ": " << answer.text;
            ASSERT_LT(Time::now(), until) << name << ": " << answer.text;
        }
    }

    void life_of(const std::string& name, bool ends) {
        until_done(name, [&] { return replica_->create(name, "create " + name); });
        until_done(name, [&] { return replica_->update(name, "update " + name); });
        if (!ends) {
            kept_.insert(name);
            return;
        }
        // Without an Idempotency-Key: a repeated DELETE may find the key already deleted.
        const auto until = Time::now() + 10s;
        for (auto answer = replica_->remove(name, ""); answer.status != 200 && answer.status != 404;
             answer = replica_->remove(name, "")) {
            ASSERT_EQ(answer.status, 503) << name << ": " << answer.text;
            ASSERT_LT(Time::now(), until) << name << ": " << answer.text;
        }
    }

    /// Retries, because the last fault may have begun an outage, which ends with the next probe.
    std::optional<Key> find(const std::string& name) {
        std::optional<Key> key;
        EXPECT_TRUE(test::comes_true(
            [&] {
                try {
                    key = replica_->find(name);
                    return true;
                } catch (const CatalogueError&) {
                    return false;
                }
            },
            10s));
        return key;
    }

    void expect_nothing_lost() {
        for (const auto& name : kept_) {
            const auto key = find(name);
            ASSERT_TRUE(key) << name;
            EXPECT_EQ(key->state, KeyState::active) << name;
            ASSERT_EQ(key->deployments.size(), 2U) << name;
            for (const auto& deployment : key->deployments) {
                ASSERT_TRUE(deployment.object_id) << name;
                auto& token = deployment.environment == "production" ? *tokens_.production : *tokens_.staging;
                EXPECT_EQ(token.count(*deployment.object_id), 1U) << name;
            }
        }
    }

    void expect_nothing_wedged() {
        const auto none = [&](const std::string& rows) {
            return database_.query("select 1 from " + rows).empty();
        };
        EXPECT_TRUE(test::comes_true(
            [&] {
                return replica_->is_settled() && none("intents") && none("attempts where answer is null") &&
                       none("keys where state <> 'active'") &&
                       tokens_.production->objects() == kept_.size() &&
                       tokens_.staging->objects() == kept_.size();
            },
            60s));
        EXPECT_EQ(database_.query("select count(*) from keys").at(0).at(0), std::to_string(kept_.size()));
        EXPECT_EQ(tokens_.production->objects(), kept_.size());
        EXPECT_EQ(tokens_.staging->objects(), kept_.size());
        EXPECT_TRUE(replica_->is_settled());
    }

    Tokens tokens_;
    ProxiedDatabase database_;
    std::shared_ptr<Catalogue> catalogue_ = database_.catalogue(300ms);
    std::unique_ptr<Replica> replica_;
    std::set<std::string> kept_;
};

TEST_P(Storm, LosesNothingAndWedgesNothing) {
    const long long wanted = in_long_form() ? 1000 : 30;
    database_.proxy().command(std::string("fault ") + GetParam() + " " + std::to_string(wanted) + " 7");
    const auto began = Time::now();
    for (int i = 0; faults() < wanted && !HasFatalFailure(); ++i)
        life_of("key-" + std::to_string(i), i % 3 == 0);
    database_.proxy().command("heal");
    if (HasFatalFailure()) return;
    expect_nothing_lost();
    expect_nothing_wedged();
    std::cout << GetParam() << ": " << faults() << " faults, " << kept_.size() << " keys kept, "
              << std::chrono::duration_cast<std::chrono::seconds>(Time::now() - began).count() << " s\n";
}

INSTANTIATE_TEST_SUITE_P(, Storm,
                         testing::Values("cut-before", "cut-after", "lose", "forge-before=40003",
                                         "forge-after=40003", "forge-after=40001", "forge-after=08006"));

}  // namespace
}  // namespace keyward::storage
