#include "service/recovery/drift_watch.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <semaphore>

#include <gtest/gtest.h>

#include "tests/support/polling.hpp"
#include "tests/unit/service/hanging_call.hpp"
#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

/// A store that fails at the first query for the records of production.
class FailingOnceAtProduction : public ForwardingKeyStore {
  public:
    using ForwardingKeyStore::ForwardingKeyStore;

    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        if (environment == "staging") staging.release();
        if (environment == "production" && !std::exchange(failed, true))
            throw CatalogueError("the connection was lost");
        if (environment == "production") production.release();
        return next_.recorded_objects(environment, after, limit);
    }

    bool failed = false;
    std::counting_semaphore<> production{0};
    std::counting_semaphore<> staging{0};
};

class DriftWatchTest : public ReconcileFixture {};

TEST_F(DriftWatchTest, ItsDestructionStopsTheScan) {
    HangingCall hanging;
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    Environment& environment = *fixture_.environments.find("production");
    std::array<std::shared_ptr<Call<bool>>, 2> calls;
    // Once the first query of the catalogue has run, no worker is left for the scan.
    const auto event = [&] {
        calls = block_both_workers(environment, hanging);
        hanging.await();
    };
    catalogue.event = std::cref(event);
    {
        DriftWatch watch(
            {catalogue, fixture_.environments, fixture_.in_flight, {}, "this-process", system_now});
        watch.begin();
        hanging.await();
    }
    hanging.release();
    for (const auto& call : calls)
        environment.wait(*call);
}

class FailingWatch : public ReconcileFixture {
  protected:
    CatalogueWith<FailingOnceAtProduction> catalogue_{*fixture_.catalogue};
    std::atomic<Instant> now_ = fixture_.now;
    DriftWatch watch_{{catalogue_, fixture_.environments, fixture_.in_flight, {}, "this-process", [this] {
                           return now_.load();
                       }}};
};

TEST_F(FailingWatch, ComparesTheEnvironmentsAfterTheOneAtWhichItFailed) {
    watch_.begin();
    EXPECT_TRUE(catalogue_.staging.try_acquire_for(std::chrono::seconds(20)));
}

TEST_F(FailingWatch, ComparesThatOneAgainAfterAPause) {
    watch_.begin();
    ASSERT_TRUE(catalogue_.staging.try_acquire_for(std::chrono::seconds(20)));
    now_ = now_.load() + std::chrono::minutes(1);
    EXPECT_TRUE(test::comes_true([&] {
        watch_.begin();  // does nothing until the first comparison has ended
        return catalogue_.production.try_acquire();
    }));
}

}  // namespace
}  // namespace keyward::service
