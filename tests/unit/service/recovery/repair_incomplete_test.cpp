#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/recovery/repair.hpp"
#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

using testing::ElementsAre;

/// A store that cannot write.
class FailingAuditLog : public AuditLog {
  public:
    explicit FailingAuditLog(const Catalogue&) {}

    void record(const AuditRecord&) override { throw CatalogueError("the disk is full"); }
    std::vector<AuditRecord> audit_trail(std::size_t) override { return {}; }
    bool was_committed(const std::string&) override { return false; }
};

/// `reconcile --remove-incomplete`.
class IncompleteObjects : public ReconcileFixture {};

TEST_F(IncompleteObjects, StayWithoutTheOption) {
    fixture_.production->add_incomplete();
    EXPECT_THAT(kinds(run(adopting()).environments[0]), ElementsAre(DriftKind::incomplete));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(IncompleteObjects, AreDestroyedWithTheOptionAndNothingElseIs) {
    fixture_.production->add_incomplete();
    fixture_.production->add_foreign(foreign("theirs"));
    const auto report = run(removing());
    EXPECT_EQ(report.environments[0].removed, 1U);
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(IncompleteObjects, TheAuditTrailHasTheirRemovalBeforeAndAfterIt) {
    fixture_.production->add_incomplete();
    fixture_.production->add_incomplete();
    const auto newest = [&] { return fixture_.catalogue->audit_log.audit_trail(1).at(0); };
    std::string before;
    fixture_.production->in_next_pause([&] { before = newest().result; });
    ReconcileOptions options = removing();
    options.actor = "operator";
    run(options);
    EXPECT_EQ(before, "2 half-made objects are to be destroyed");
    EXPECT_EQ(newest().result, "2 half-made objects were destroyed");
    for (const AuditRecord& record : fixture_.catalogue->audit_log.audit_trail(2)) {
        EXPECT_EQ(record.at, fixture_.now);
        EXPECT_EQ(record.actor, "operator");
        EXPECT_EQ(record.action, "reconcile.remove_half_made");
        EXPECT_THAT(record.environments, ElementsAre("production"));
    }
}

TEST_F(IncompleteObjects, TheAuditTrailSaysWhenTheirRemovalIsInterrupted) {
    fixture_.production->add_incomplete();
    fixture_.production->in_next_pause([&] { fixture_.production->replace_by_empty("0002"); });
    run(removing());
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "broken off: The token's sessions were lost");
}

TEST_F(IncompleteObjects, StayWhereTheAuditTrailCanNotBeWritten) {
    CatalogueWith<FailingAuditLog> failing(*fixture_.catalogue);
    fixture_.production->add_incomplete();
    ServiceContext service_context{failing, fixture_.environments, fixture_.in_flight,
                                   {},      "this-process",        system_now};
    EXPECT_THROW(Reconciler(service_context, no_owner_is_dead).run(removing()), CatalogueError);
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(IncompleteObjects, StayWhileAnImportIsUnderWay) {
    fixture_.production->add_incomplete();
    Key key;
    key.id = "live";
    key.project_id = fixture_.project.id;
    key.name = "live";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "another", fixture_.now + std::chrono::seconds(1)}},
        {}));
    const auto report = run(removing());
    EXPECT_EQ(report.environments[0].removed, 0U);
    EXPECT_EQ(fixture_.production->objects(), 1U);
    ASSERT_EQ(report.environments[0].drift.size(), 1U);
    EXPECT_EQ(report.environments[0].drift[0].note,
              "Not removed, since an import into this environment is under way and may be making it now");
}

}  // namespace
}  // namespace keyward::service
