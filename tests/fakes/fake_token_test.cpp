// Behaviour of the fake that tests control, beyond the contract that it shares with real tokens.
#include "tests/fakes/fake_token.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/token/support/key_samples.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Field;

TokenFault fault_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const TokenError& error) {
        return error.fault();
    }
    throw std::logic_error("the call did not fail");
}

class FakeTokenHooks : public ::testing::Test {
  protected:
    ObjectId import() {
        const ObjectId id = ObjectId::random();
        const keys::KeyMaterial material = make_key(Kind::aes128);
        token_.import(
            {id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, std::nullopt});
        return id;
    }

    std::vector<TokenObject> scanned() {
        std::vector<TokenObject> objects;
        token_.scan([&](const TokenObject& object, std::size_t, std::size_t) { objects.push_back(object); });
        return objects;
    }

    fakes::FakeToken token_;
};

TEST_F(FakeTokenHooks, ForeignObjectsAreShownAsTheyWereAdded) {
    TokenObject foreign;
    foreign.label = "theirs";
    token_.add_foreign(foreign);
    EXPECT_THAT(scanned(), ElementsAre(Field(&TokenObject::label, "theirs")));
}

TEST_F(FakeTokenHooks, AnAlteredObjectIsShownAltered) {
    const ObjectId id = import();
    import();
    token_.alter(id, [](TokenObject& object) { object.label = "altered"; });
    EXPECT_THAT(scanned(),
                ElementsAre(Field(&TokenObject::label, "altered"), Field(&TokenObject::label, "label")));
}

TEST_F(FakeTokenHooks, WhileLookupsFailImportsAndDestroyWork) {
    token_.fail_lookups(true);
    const ObjectId id = import();
    EXPECT_EQ(fault_of([&] { token_.count(id); }), TokenFault::unreachable);
    EXPECT_EQ(fault_of([&] { scanned(); }), TokenFault::unreachable);
    EXPECT_EQ(fault_of([&] { token_.destroy_incomplete(0ms); }), TokenFault::unreachable);
    EXPECT_EQ(token_.destroy(id), 1U);
    token_.fail_lookups(false);
    EXPECT_EQ(token_.count(id), 0U);
}

TEST_F(FakeTokenHooks, AReplacedTokenIsEmptyAndHasTheOtherSerialNumber) {
    const ObjectId id = import();
    token_.replace_by_empty("0002");
    EXPECT_EQ(token_.identity().serial, "0002");
    EXPECT_EQ(token_.identity().label, "fake");
    EXPECT_EQ(token_.count(id), 0U);
}

TEST_F(FakeTokenHooks, ATokenThatIsPutBackHasItsObjectsAgain) {
    const ObjectId id = import();
    token_.replace_by_empty("0002");
    token_.put_back();
    EXPECT_EQ(token_.identity().serial, "0001");
    EXPECT_EQ(token_.count(id), 1U);
}

TEST_F(FakeTokenHooks, NothingIsDestroyedWhenTheTokenIsReplacedBetweenTheLooks) {
    token_.add_incomplete();
    token_.in_next_pause([&] { token_.replace_by_empty("0002"); });
    EXPECT_EQ(fault_of([&] { token_.destroy_incomplete(0ms); }), TokenFault::unreachable);
    token_.put_back();
    EXPECT_EQ(token_.objects(), 1U);
}

TEST_F(FakeTokenHooks, AnotherIdentityIsTold) {
    token_.set_identity({"other", "0003", "Maker", "Model"});
    EXPECT_EQ(token_.identity().label, "other");
    EXPECT_EQ(token_.identity().serial, "0003");
}

TEST_F(FakeTokenHooks, AHiddenObjectIsSeenAgainAfterARefresh) {
    const ObjectId id = import();
    token_.hide_until_refresh(id);
    EXPECT_EQ(token_.count(id), 0U);
    EXPECT_TRUE(token_.refresh());
    EXPECT_EQ(token_.count(id), 1U);
    EXPECT_EQ(token_.refreshes(), 1U);
}

TEST_F(FakeTokenHooks, ARefreshThatIsNotPossibleChangesNothing) {
    const ObjectId id = import();
    token_.hide_until_refresh(id);
    token_.set_refreshable(false);
    EXPECT_FALSE(token_.refresh());
    EXPECT_EQ(token_.count(id), 0U);
}

}  // namespace
}  // namespace keyward::tests
