#include <atomic>

#include "tests/contract/catalogue/support/fixture.hpp"
#include "tests/contract/catalogue/support/forked_process.hpp"

namespace keyward::storage {
namespace {

using testing::IsEmpty;

TEST_P(CatalogueContract, OfTwoHundredBeginningsOfOneNameExactlyOneWins) {
    const auto project = new_project();
    std::atomic<int> winners = 0;
    together(200, [&](int) {
        const auto key = new_key(project);
        if (catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create"))) ++winners;
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(catalogue_->changes.intents().size(), 2);
    EXPECT_THAT(audited(), testing::ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, ManyKeysAreMadeAtTheSameTime) {
    const auto project = new_project();
    std::atomic<int> made = 0;
    together(16, [&](int thread) {
        for (int i = 0; i < 10; ++i)
            if (const auto work = begun(project, std::to_string(thread) + "/" + std::to_string(i));
                catalogue_->keys.commit_create(work.key, resolution("first", at(9000)),
                                               audit("key.create.commit")))
                ++made;
    });
    EXPECT_EQ(made, 160);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
}

TEST_P(CatalogueContract, NoTombstoneIsClaimedTwice) {
    for (int i = 0; i < 20; ++i)
        new_tombstones("first", at(100));
    std::vector<std::shared_ptr<Catalogue>> processes;
    for (int i = 0; i < 8; ++i)
        processes.push_back(another(1));
    std::vector<std::vector<Tombstone>> claimed(processes.size());
    together(8, [&](int i) {
        const auto n = static_cast<std::size_t>(i);
        claimed[n] = claim_all(*processes[n], at(200), "claimer " + std::to_string(i), at(9000));
    });
    std::set<ObjectId> ids;
    std::size_t count = 0;
    for (const auto& part : claimed) {
        count += part.size();
        for (const auto& tombstone : part)
            ids.insert(tombstone.object_id);
    }
    EXPECT_EQ(count, 40);
    EXPECT_EQ(ids.size(), 40);
}

TEST_P(CatalogueContract, SettlingAndCommittingNeverBothWin) {
    const auto project = new_project();
    const auto other = another(2);
    for (int i = 0; i < 30; ++i) {
        const auto work = begun(project, std::to_string(i), "first", at(100));
        bool committed = false;
        std::size_t resolved = 0;
        together(2, [&](int side) {
            if (side == 0)
                committed = catalogue_->keys.commit_create(work.key, resolution("first", at(9000)),
                                                           audit("key.create.commit"));
            else
                resolved = other->changes.resolve_expired_intents(at(200), "second", at(9000),
                                                                  audit("recovery.settle"));
        });
        EXPECT_EQ(resolved, committed ? 0 : 2);
        EXPECT_EQ(state_of(work.key).has_value(), committed);
    }
}

TEST_P(CatalogueContract, TwoSettlersShareTheWorkWithoutErrors) {
    const auto project = new_project();
    for (int i = 0; i < 20; ++i)
        begun(project, std::to_string(i), "dead", at(100));
    std::atomic<std::size_t> resolved = 0;
    together(6, [&](int i) {
        resolved += catalogue_->changes.resolve_expired_intents(at(200), std::to_string(i), at(9000),
                                                                audit("recovery.settle"));
    });
    EXPECT_EQ(resolved, 40);
    EXPECT_EQ(catalogue_->changes.tombstones().size(), 40);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
}

TEST_P(CatalogueContract, LeasesAreRenewedWhileOthersSettle) {
    const auto project = new_project();
    std::set<ObjectId> mine;
    for (int i = 0; i < 10; ++i)
        for (const auto& intent :
             begun(project, std::to_string(i), "first", at(i % 2 == 0 ? 100 : 5000)).intents)
            mine.insert(intent.object_id);
    together(6, [&](int i) {
        for (int round = 0; round < 10; ++round) {
            if (i % 2 == 0)
                catalogue_->leases.renew_leases(mine, "first", at(5000));
            else
                catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000),
                                                            audit("recovery.settle"));
        }
    });
    EXPECT_EQ(catalogue_->changes.intents().size() + catalogue_->changes.tombstones().size(), 20);
}

TEST_P(CatalogueContract, AProjectIsNeverDeletedUnderANewKey) {
    for (int i = 0; i < 20; ++i) {
        const auto name = std::to_string(i);
        const auto key = new_key(new_project(name));
        bool deleted = false;
        bool begun_key = false;
        together(2, [&](int side) {
            try {
                if (side == 0)
                    deleted = catalogue_->projects.delete_project(name, audit("project.delete"));
                else
                    begun_key =
                        catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create"));
            } catch (const CatalogueError&) {
                EXPECT_EQ(side, 1);  // its project was deleted first
            }
        });
        EXPECT_NE(deleted, begun_key);
    }
}

TEST_P(CatalogueContract, GrantsAddedAtTheSameTimeEndAsOne) {
    const auto user = new_user();
    const auto project = new_project();
    together(12, [&](int i) {
        const std::set<std::string> environments =
            i % 3 == 0 ? std::set<std::string>{} : std::set<std::string>{std::to_string(i)};
        catalogue_->users.add_grant(user, {project, Permission::use, environments}, audit("grant.add"));
    });
    EXPECT_THAT(catalogue_->users.grants_of(user), testing::ElementsAre(Grant{project, Permission::use, {}}));
}

TEST_P(CatalogueContract, TwoThingsAskedForByMoreThreadsThanConnectionsAreAllAnswered) {
    const auto narrow = another(1);
    new_user();
    std::atomic<int> found = 0;
    together(32, [&](int) {
        if (narrow->users.find_user("alice")) ++found;
    });
    EXPECT_EQ(found, 32);
}

TEST_P(CatalogueContract, OtherProcessesWriteToTheSameDatabaseMeanwhile) {
    const auto project = new_project();
    std::vector<ForkedProcess> processes;
    for (int process = 0; process < 3; ++process)
        processes.emplace_back([&, process] {
            const auto theirs = another(1);
            bool all = true;
            for (int i = 0; i < 20; ++i)
                all = theirs->users.create_user(std::to_string(process) + "." + std::to_string(i), "",
                                                audit("user.create")) &&
                      all;
            return all;
        });
    for (int i = 0; i < 20; ++i)
        begun(project, std::to_string(i));
    for (auto& process : processes)
        EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(catalogue_->users.all_users().size(), 60);
}

TEST_P(CatalogueContract, OfManyProcessesThatMeetANewDatabaseEachOpensIt) {
    const auto fresh = GetParam().make();
    std::vector<ForkedProcess> processes;
    for (int process = 0; process < 8; ++process)
        processes.emplace_back([&, process] {
            return open_catalogue(fresh->url(), 2)
                ->users.create_user(std::to_string(process), "", audit("user.create"));
        });
    for (auto& process : processes)
        EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(open_catalogue(fresh->url(), 1)->users.all_users().size(), 8);
}

}  // namespace
}  // namespace keyward::storage
