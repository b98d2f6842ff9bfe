#include "hsm/session/session.hpp"

#include <gtest/gtest.h>

#include "domain/token.hpp"

namespace keyward::hsm {
namespace {

/// A module that closes a session by itself and gives its number to the next one.
CK_FUNCTION_LIST functions_that_open(CK_SESSION_HANDLE (*number)()) {
    static CK_SESSION_HANDLE (*next)();
    next = number;
    CK_FUNCTION_LIST functions{};
    functions.C_OpenSession = [](CK_SLOT_ID, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* handle) -> CK_RV {
        *handle = next();
        return CKR_OK;
    };
    functions.C_GetSessionInfo = [](CK_SESSION_HANDLE, CK_SESSION_INFO* info) -> CK_RV {
        info->state = CKS_RW_USER_FUNCTIONS;
        return CKR_OK;
    };
    functions.C_CloseSession = [](CK_SESSION_HANDLE) -> CK_RV { return CKR_OK; };
    return functions;
}

TEST(SessionNumber, OfAnOpenSessionThatIsGivenAgainIsTheNewSessionsAlone) {
    const CK_FUNCTION_LIST p11 = functions_that_open([]() -> CK_SESSION_HANDLE { return 5; });
    const Session first(p11, 0);
    const Session second(p11, 0);
    EXPECT_EQ(first.health(), Session::Health::lost);
    EXPECT_EQ(second.health(), Session::Health::logged_in);
}

TEST(SessionNumber, ZeroIsNoSession) {
    const CK_FUNCTION_LIST p11 = functions_that_open([]() -> CK_SESSION_HANDLE { return CK_INVALID_HANDLE; });
    EXPECT_THROW(Session(p11, 0), TokenError);
    EXPECT_EQ(open_session(p11, 0).value, CKR_SESSION_HANDLE_INVALID);
}

}  // namespace
}  // namespace keyward::hsm
