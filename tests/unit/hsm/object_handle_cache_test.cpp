// The handle cache of a token; needs no module.
#include "hsm/objects/object_handle_cache.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace keyward::hsm {
namespace {

using Epoch = ObjectHandleCache::Epoch;

constexpr Epoch first_epoch{1, 1};
constexpr Epoch later_login{1, 2};
constexpr Epoch later_generation{2, 1};

class KeptHandles : public ::testing::Test {
  protected:
    CK_OBJECT_HANDLE own(const Epoch& epoch, const ObjectId& id) {
        return handles_.find(epoch, id).value_or(KeyHandles{}).secret_or_private;
    }

    ObjectHandleCache handles_;
    const ObjectId id_ = ObjectId::random();
};

TEST_F(KeptHandles, AreFoundInTheirEra) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7, .public_key = 8});
    const auto found = handles_.find(first_epoch, id_);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->secret_or_private, 7U);
    EXPECT_EQ(found->public_key, 8U);
}

TEST_F(KeptHandles, AreNothingForAnotherKey) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7});
    EXPECT_FALSE(handles_.find(first_epoch, ObjectId::random()).has_value());
}

TEST_F(KeptHandles, AreForgottenAfterANewLogin) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7});
    EXPECT_FALSE(handles_.find(later_login, id_).has_value());
}

TEST_F(KeptHandles, AreForgottenInANewGenerationWhateverItsLogins) {
    handles_.keep(later_login, id_, {.secret_or_private = 7});
    EXPECT_FALSE(handles_.find(later_generation, id_).has_value());
}

TEST_F(KeptHandles, OfALaterEraAreNotForgottenForAnEarlierOne) {
    handles_.keep(later_login, id_, {.secret_or_private = 7});
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
    handles_.keep(first_epoch, id_, {.secret_or_private = 5});
    EXPECT_EQ(own(later_login, id_), 7U);
}

TEST_F(KeptHandles, AreGoneWhenTheKeyIsDropped) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7});
    handles_.drop(id_);
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, GiveWayToThoseOfANewSearch) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7, .public_key = 8, .order_bytes = 32});
    handles_.keep(first_epoch, id_, {.secret_or_private = 9}, handles_.version());
    EXPECT_EQ(own(first_epoch, id_), 9U);
    EXPECT_EQ(handles_.find(first_epoch, id_)->public_key, CK_INVALID_HANDLE);
    EXPECT_EQ(handles_.find(first_epoch, id_)->order_bytes, 0);
}

TEST_F(KeptHandles, AreNotKeptWhenTheKeyWasDestroyedSinceTheMark) {
    const ObjectHandleCache::CacheVersion version = handles_.version();
    handles_.drop(id_);
    handles_.keep(first_epoch, id_, {.secret_or_private = 7}, version);
    handles_.add(first_epoch, id_, {ObjectClass::secret_key, 7}, version);
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, AreKeptWhenTheKeyWasDestroyedBeforeTheMark) {
    handles_.drop(id_);
    handles_.keep(first_epoch, id_, {.secret_or_private = 7}, handles_.version());
    EXPECT_EQ(own(first_epoch, id_), 7U);
}

TEST_F(KeptHandles, AreAddedOneByOneAsAWalkFindsThem) {
    handles_.add(first_epoch, id_, {ObjectClass::private_key, 7}, handles_.version());
    handles_.add(first_epoch, id_, {ObjectClass::public_key, 8, "hash"}, handles_.version());
    const auto found = handles_.find(first_epoch, id_);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->secret_or_private, 7U);
    EXPECT_EQ(found->public_key, 8U);
    EXPECT_EQ(found->public_key_sha256, "hash");
}

TEST_F(KeptHandles, OfASecretKeyAreItsOwn) {
    handles_.add(first_epoch, id_, {ObjectClass::secret_key, 7}, handles_.version());
    EXPECT_EQ(own(first_epoch, id_), 7U);
}

TEST_F(KeptHandles, StayWhenAWalkFindsTheSameObject) {
    handles_.keep(first_epoch, id_,
                  {.secret_or_private = 7, .public_key = 8, .order_bytes = 32, .public_key_sha256 = "hash"});
    handles_.add(first_epoch, id_, {ObjectClass::private_key, 7}, handles_.version());
    handles_.add(first_epoch, id_, {ObjectClass::public_key, 8, "other"}, handles_.version());
    const KeyHandles same{
        .secret_or_private = 7, .public_key = 8, .order_bytes = 32, .public_key_sha256 = "hash"};
    EXPECT_EQ(handles_.find(first_epoch, id_), same);
}

TEST_F(KeptHandles, AreInDoubtOnceAWalkFindsASecondKey) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7, .public_key = 8});
    handles_.add(first_epoch, id_, {ObjectClass::secret_key, 9}, handles_.version());
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, AreInDoubtOnceAWalkFindsASecondPublicKey) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7, .public_key = 8});
    handles_.add(first_epoch, id_, {ObjectClass::public_key, 9}, handles_.version());
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, InDoubtAreNotMadeSureByAThirdObject) {
    for (const CK_OBJECT_HANDLE object : {7U, 9U, 7U, 11U})
        handles_.add(first_epoch, id_, {ObjectClass::secret_key, object}, handles_.version());
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, InDoubtLearnNothing) {
    for (const CK_OBJECT_HANDLE object : {7U, 9U})
        handles_.add(first_epoch, id_, {ObjectClass::secret_key, object}, handles_.version());
    handles_.learn(first_epoch, id_, {.secret_or_private = 7, .order_bytes = 32});
    EXPECT_FALSE(handles_.find(first_epoch, id_).has_value());
}

TEST_F(KeptHandles, InDoubtAreMadeSureByASearch) {
    for (const CK_OBJECT_HANDLE object : {7U, 9U})
        handles_.add(first_epoch, id_, {ObjectClass::secret_key, object}, handles_.version());
    handles_.keep(first_epoch, id_, {.secret_or_private = 9}, handles_.version());
    EXPECT_EQ(own(first_epoch, id_), 9U);
}

TEST_F(KeptHandles, OfAnAbsentPublicKeyTakeTheOneThatAWalkFinds) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7, .absent_sha256 = "hash"});
    handles_.add(first_epoch, id_, {ObjectClass::public_key, 8, "hash"}, handles_.version());
    const KeyHandles both{.secret_or_private = 7, .public_key = 8, .public_key_sha256 = "hash"};
    EXPECT_EQ(handles_.find(first_epoch, id_), both);
}

TEST_F(KeptHandles, LearnTheOrderOfTheirCurve) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7});
    handles_.learn(first_epoch, id_, {.secret_or_private = 7, .order_bytes = 32});
    EXPECT_EQ(handles_.find(first_epoch, id_)->order_bytes, 32);
}

TEST_F(KeptHandles, LearnNothingOfOthers) {
    handles_.keep(first_epoch, id_, {.secret_or_private = 7});
    handles_.learn(first_epoch, id_, {.secret_or_private = 9, .order_bytes = 32});
    handles_.learn(first_epoch, ObjectId::random(), {.secret_or_private = 7, .order_bytes = 32});
    EXPECT_EQ(handles_.find(first_epoch, id_)->order_bytes, 0);
}

TEST_F(KeptHandles, AreBounded) {
    constexpr std::size_t capacity = 640;
    ObjectHandleCache few(capacity);
    std::vector<ObjectId> ids;
    for (std::size_t i = 0; i < 10 * capacity; ++i) {
        ids.push_back(ObjectId::random());
        few.keep(first_epoch, ids.back(), {.secret_or_private = i + 1});
    }
    std::size_t kept = 0;
    for (const ObjectId& id : ids)
        if (few.find(first_epoch, id)) ++kept;
    EXPECT_LE(kept, capacity + 64);  // each of 64 parts is rounded up
    EXPECT_GE(kept, capacity / 2);
    EXPECT_TRUE(few.find(first_epoch, ids.back()).has_value());
}

TEST_F(KeptHandles, AreThoseOfTheirKeyForManyThreadsAtOnce) {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> workers;
    for (CK_OBJECT_HANDLE worker = 1; worker <= 8; ++worker)
        workers.emplace_back([&, worker] {
            const ObjectId id = ObjectId::random();
            for (int i = 0; i < 1000; ++i) {
                handles_.keep(first_epoch, id, {.secret_or_private = worker});
                if (own(first_epoch, id) != worker) ++wrong;
                handles_.drop(id);
                if (handles_.find(first_epoch, id)) ++wrong;
            }
        });
    for (std::thread& worker : workers)
        worker.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace keyward::hsm
