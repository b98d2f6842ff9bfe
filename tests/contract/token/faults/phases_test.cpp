// The errors when a module fails before a key is involved. The phase tells whose fault it is.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/cryptoki/errors.hpp"
#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

constexpr CK_RV unknown_to_all = CKR_VENDOR_DEFINED | 0x71UL;

TokenError error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const TokenError& error) {
        return error;
    }
    throw std::logic_error("the call did not fail");
}

/// A failing call of the module, and the expected error.
struct FailedCall {
    const char* call;
    std::atomic<CK_RV>& (*control)(ShimControls&);
    CK_RV value;
    TokenPhase phase;
    TokenFault fault;
    const char* text;
};

std::atomic<CK_RV>& initialize(ShimControls& shim) {
    return shim.phases.initialize;
}
std::atomic<CK_RV>& info(ShimControls& shim) {
    return shim.phases.get_info;
}
std::atomic<CK_RV>& slots(ShimControls& shim) {
    return shim.phases.get_slot_list;
}
std::atomic<CK_RV>& token_info(ShimControls& shim) {
    return shim.get_token_info;
}
std::atomic<CK_RV>& session(ShimControls& shim) {
    return shim.open_session;
}
std::atomic<CK_RV>& login(ShimControls& shim) {
    return shim.login;
}
std::atomic<CK_RV>& mechanisms(ShimControls& shim) {
    return shim.phases.get_mechanism_list;
}
std::atomic<CK_RV>& search(ShimControls& shim) {
    return shim.phases.find_objects_init;
}

const FailedCall failed_calls[] = {
    {"C_Initialize", initialize, CKR_ARGUMENTS_BAD, TokenPhase::loading, TokenFault::unreachable,
     "The PKCS#11 module can't be initialised: it does not accept its initialisation arguments: set "
     "module_init_args as its manual says"},
    {"C_Initialize", initialize, CKR_FUNCTION_NOT_SUPPORTED, TokenPhase::loading, TokenFault::unreachable,
     "The PKCS#11 module can't be initialised: it does not offer to be; the server that it stands for may be "
     "missing"},
    {"C_Initialize", initialize, CKR_ACTION_PROHIBITED, TokenPhase::loading, TokenFault::unreachable,
     "The PKCS#11 module can't be initialised: its policy prohibits it"},
    {"C_Initialize", initialize, CKR_PIN_EXPIRED, TokenPhase::loading, TokenFault::unreachable,
     "The PKCS#11 module can't be initialised: it has expired"},
    {"C_GetInfo", info, CKR_ARGUMENTS_BAD, TokenPhase::loading, TokenFault::unreachable,
     "The PKCS#11 module can't be used: it does not accept the arguments of the call"},
    {"C_GetSlotList", slots, CKR_ARGUMENTS_BAD, TokenPhase::binding, TokenFault::unreachable,
     "The PKCS#11 module does not list its slots: it does not accept the arguments of the call"},
    {"C_GetSlotList", slots, unknown_to_all, TokenPhase::binding, TokenFault::unreachable,
     "The PKCS#11 module does not list its slots: the module reports an error of its vendor's own"},
    {"C_GetTokenInfo", token_info, CKR_DEVICE_ERROR, TokenPhase::binding, TokenFault::unreachable,
     "The token does not say what it is: the device reports an error"},
    {"C_OpenSession", session, CKR_ARGUMENTS_BAD, TokenPhase::opening_session, TokenFault::full,
     "The token is full: it takes no further session, or not with these arguments"},
    {"C_OpenSession", session, CKR_TOKEN_WRITE_PROTECTED, TokenPhase::opening_session,
     TokenFault::unreachable, "The token opens no session: it is write-protected"},
    {"C_OpenSession", session, CKR_FUNCTION_NOT_SUPPORTED, TokenPhase::opening_session,
     TokenFault::unreachable, "The token opens no session: it does not offer this function"},
    {"C_OpenSession", session, CKR_SESSION_COUNT, TokenPhase::opening_session, TokenFault::full,
     "The token is full: it has no room for more sessions"},
    {"C_OpenSession", session, CKR_DEVICE_MEMORY, TokenPhase::opening_session, TokenFault::full,
     "The token is full: it has no room for more objects"},
    {"C_OpenSession", session, CKR_PIN_EXPIRED, TokenPhase::opening_session, TokenFault::unreachable,
     "The token opens no session: it has expired"},
    {"C_Login", login, CKR_ARGUMENTS_BAD, TokenPhase::logging_in, TokenFault::unreachable,
     "The login to the token fails: it does not accept the arguments of the call"},
    {"C_Login", login, CKR_USER_TYPE_INVALID, TokenPhase::logging_in, TokenFault::unreachable,
     "The login to the token fails: the token has no such user"},
    {"C_Login", login, CKR_FUNCTION_FAILED, TokenPhase::logging_in, TokenFault::unreachable,
     "The login to the token fails: the module could not do what it was asked"},
    {"C_Login", login, CKR_DEVICE_MEMORY, TokenPhase::logging_in, TokenFault::unreachable,
     "The login to the token fails: it has no room for more objects"},
    {"C_GetMechanismList", mechanisms, CKR_ARGUMENTS_BAD, TokenPhase::binding, TokenFault::unreachable,
     "The token does not list its mechanisms: it does not accept the arguments of the call"},
    {"C_FindObjectsInit", search, CKR_ARGUMENTS_BAD, TokenPhase::operating, TokenFault::failed,
     "The token can't be searched: it does not accept the arguments of the call"},
};

class FailedPhase : public ::testing::TestWithParam<FailedCall> {
  protected:
    FailedPhase() { prepare_process(); }

    void use_token() {
        lab_.token()->count(ObjectId::random());
        lab_.token()->mechanisms();
    }

    ShimLab lab_;
};

INSTANTIATE_TEST_SUITE_P(Calls, FailedPhase, ::testing::ValuesIn(failed_calls), [](const auto& test) {
    return std::string(test.param.call) + "_" + hsm::name_of(test.param.value);
});

TEST_P(FailedPhase, IsToldAsWhatItIsAndNeverAsAFaultOfTheKey) {
    GetParam().control(lab_.shim()) = GetParam().value;
    const TokenError error = error_of([&] { use_token(); });
    EXPECT_EQ(error.phase(), GetParam().phase);
    EXPECT_EQ(error.fault(), GetParam().fault);
    EXPECT_EQ(error.call(), GetParam().call);
    EXPECT_EQ(error.code(), hsm::name_of(GetParam().value));
    EXPECT_STREQ(error.what(), GetParam().text);
}

TEST_P(FailedPhase, IsOverWhenTheModuleWorksAgain) {
    GetParam().control(lab_.shim()) = GetParam().value;
    EXPECT_THROW(use_token(), TokenError);
    GetParam().control(lab_.shim()) = CKR_OK;
    EXPECT_NO_THROW(use_token());
}

/// For every value, a call that has no key blames none.
class EveryValue : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Calls, EveryValue,
                         ::testing::Values("C_GetFunctionList", "C_Initialize", "C_GetInfo", "C_GetSlotList",
                                           "C_GetSlotInfo", "C_GetTokenInfo", "C_GetMechanismList",
                                           "C_GetMechanismInfo", "C_OpenSession", "C_GetSessionInfo",
                                           "C_CloseSession", "C_Login", "C_FindObjectsInit", "C_FindObjects",
                                           "C_FindObjectsFinal", "C_GetAttributeValue"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EveryValue, IsAFaultOfTheTokenOrItsOperator) {
    for (CK_RV value = 1; value < 0x300; ++value) {
        const TokenFault fault = hsm::failure_of(GetParam(), value).fault;
        EXPECT_TRUE(fault == TokenFault::unreachable || fault == TokenFault::full || fault == TokenFault::pin)
            << hsm::name_of(value);
    }
}

TEST(PinValues, AreFaultsOfThePinWhereItIsGivenAndNowhereElse) {
    for (const CK_RV value : {CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED,
                              CKR_PIN_LOCKED, CKR_USER_PIN_NOT_INITIALIZED}) {
        EXPECT_EQ(hsm::failure_of("C_Login", value).fault, TokenFault::pin);
        for (const char* call : {"C_Initialize", "C_OpenSession", "C_CreateObject", "C_Sign"})
            EXPECT_EQ(hsm::failure_of(call, value).fault, TokenFault::unreachable) << call;
    }
}

TEST(WriteProtection, OfATokenIsNotTheClientsToMend) {
    EXPECT_EQ(hsm::failure_of("C_CreateObject", CKR_TOKEN_WRITE_PROTECTED).fault, TokenFault::unreachable);
    EXPECT_EQ(hsm::failure_of("C_CreateObject", CKR_SESSION_READ_ONLY).fault, TokenFault::unreachable);
}

}  // namespace
}  // namespace keyward::tests
