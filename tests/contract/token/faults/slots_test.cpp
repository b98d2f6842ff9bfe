// Memory cost of a module whose slots can't be read or change continuously.
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

constexpr std::size_t a_few_kib = std::size_t{4} * 1024;

class UnreadableSlots : public ::testing::Test {
  protected:
    UnreadableSlots() {
        prepare_process();
        lab_.add_token("staging");
    }

    void look() {
        try {
            const hsm::Module::UseGuard use = lab_.module()->use();
            lab_.module()->tokens(use);
        } catch (const TokenError&) {
        }
    }

    /// Growth of the used memory between the first 100 calls and 1,000 more.
    template <typename Call>
    static std::size_t growth_over_many(const Call& call) {
        constexpr int warm_up = 100;
        constexpr int times = 1000;
        for (int i = 0; i < warm_up; ++i)
            call(i);
        const std::size_t before = mallinfo2().uordblks;
        for (int i = 0; i < times; ++i)
            call(i);
        const std::size_t after = mallinfo2().uordblks;
        return after > before ? after - before : 0;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
};

TEST_F(UnreadableSlots, OfOtherTokensHideNoneThatCanBeRead) {
    const auto first = lab_.first_token();
    shim_.phases.unreadable_slots = true;
    EXPECT_NO_THROW(lab_.open(lab_.settings(first))->ping());
}

TEST_F(UnreadableSlots, AreNamedWhenTheTokenIsNotAmongThose) {
    const std::string other = lab_.first_token() == "staging" ? "production" : "staging";
    shim_.phases.unreadable_slots = true;
    try {
        lab_.open(lab_.settings(other))->ping();
        ADD_FAILURE() << "the token was found";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.code(), "CKR_DEVICE_ERROR");
    }
}

TEST_F(UnreadableSlots, OfOtherTokensCostNoSessionOfOneThatCanBeRead) {
    const auto token = lab_.open(lab_.settings(lab_.first_token()));
    token->ping();
    const CK_ULONG open = shim_.lies.open_sessions;
    shim_.phases.unreadable_slots = true;
    look();
    EXPECT_EQ(shim_.lies.open_sessions, open);
    EXPECT_NO_THROW(token->ping());
    EXPECT_EQ(shim_.logins, 1U);
}

TEST_F(UnreadableSlots, OfOtherTokensCostNoMemory) {
    shim_.phases.unreadable_slots = true;
    EXPECT_LT(growth_over_many([&](int) { look(); }), a_few_kib);
}

TEST_F(UnreadableSlots, ThatComeAndGoAllTheTimeCostNoMemoryWithoutEnd) {
    const auto change = [&](int turn) {
        shim_.phases.unreadable_slots = turn % 2 == 0;
        look();
    };
    growth_over_many(change);
    EXPECT_LT(growth_over_many(change), a_few_kib);
}

/// A call that always fails while slots are read.
struct FailingCall {
    const char* name;
    std::atomic<CK_RV>& (*control)(ShimControls&);
};

class FailingSlotCall : public UnreadableSlots, public ::testing::WithParamInterface<FailingCall> {};

std::atomic<CK_RV>& slot_list(ShimControls& shim) {
    return shim.phases.get_slot_list;
}
std::atomic<CK_RV>& slot_info(ShimControls& shim) {
    return shim.phases.get_slot_info;
}
std::atomic<CK_RV>& token_info_value(ShimControls& shim) {
    return shim.get_token_info;
}

INSTANTIATE_TEST_SUITE_P(Calls, FailingSlotCall,
                         ::testing::Values(FailingCall{"C_GetSlotList", slot_list},
                                           FailingCall{"C_GetSlotInfo", slot_info},
                                           FailingCall{"C_GetTokenInfo", token_info_value}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(FailingSlotCall, CostsNoMemory) {
    look();
    GetParam().control(shim_) = CKR_DEVICE_ERROR;
    EXPECT_LT(growth_over_many([&](int) { look(); }), a_few_kib);
}

TEST_P(FailingSlotCall, CostsNoMemoryFromTheStart) {
    GetParam().control(shim_) = CKR_DEVICE_ERROR;
    EXPECT_LT(growth_over_many([&](int) { look(); }), a_few_kib);
}

}  // namespace
}  // namespace keyward::tests
