// Session limits: the pool opens no more sessions than the token allows, closes each of them, and never makes
// a caller wait for a session that can't come.
#include <future>
#include <thread>

#include <gmock/gmock.h>

#include "tests/contract/token/support/untrusted_lab.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using Done = CryptoResult::Kind;

class SessionLimit : public ::testing::Test {
  protected:
    SessionLimit() { prepare_process(); }

    std::shared_ptr<Token> token_with(unsigned sessions, std::chrono::milliseconds wait = 10s) {
        hsm::TokenSettings settings = lab_.settings();
        settings.sessions = sessions;
        settings.session_wait = wait;
        return lab_.open(settings);
    }
    void import_into(Token& token) {
        token.import(
            {id_, "label", make_key(Kind::hmac64), {KeyUsage::sign_verify}, ObjectLifetime::token, {}});
    }
    Done sign(Token& token) {
        return token.operate(id_, CryptoOperation::sign, std::span(&signing_, 1)).at(0).kind;
    }
    /// Number of signatures that succeed when as many threads sign at once.
    std::size_t signed_by(std::size_t threads, Token& token) {
        std::vector<std::future<Done>> all;
        for (std::size_t i = 0; i < threads; ++i)
            all.push_back(std::async(std::launch::async, [&] { return sign(token); }));
        std::size_t done = 0;
        for (auto& each : all) {
            try {
                if (each.get() == Done::done) ++done;
            } catch (const TokenError& error) {
                ADD_FAILURE() << error.what();
            }
        }
        return done;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    ShimLies& lies_ = shim_.lies;
    const ObjectId id_ = ObjectId::random();
    const CryptoRequest signing_ = operation("SHA256-HMAC", message(8));
};

TEST_F(SessionLimit, OfTheConfigurationCountsTheLoginSession) {
    for (const unsigned sessions : {1U, 2U, 3U}) {
        const auto token = token_with(sessions);
        import_into(*token);
        EXPECT_EQ(signed_by(8, *token), 8U);
        token->ping();
        EXPECT_LE(lies_.most_open_sessions, sessions);
        token->destroy(id_);
    }
}

TEST_F(SessionLimit, AreAllClosedWhenTheTokenIsGivenUp) {
    for (const unsigned sessions : {1U, 4U}) {
        token_with(sessions)->ping();
        EXPECT_EQ(lies_.open_sessions, 0U);
        import_into(*token_with(sessions));
        EXPECT_EQ(lies_.open_sessions, 0U);
    }
}

/// The limit of a token, and whether the token reports it.
struct Room {
    CK_ULONG sessions;
    bool told;
    CK_RV code;
};
class TokenWithRoomFor : public SessionLimit, public ::testing::WithParamInterface<Room> {
  protected:
    TokenWithRoomFor() {
        lies_.session_limit = GetParam().sessions;
        lies_.session_limit_code = GetParam().code;
        if (GetParam().told) lies_.told_rw_session_limit = GetParam().sessions;
    }
};
INSTANTIATE_TEST_SUITE_P(
    Sessions, TokenWithRoomFor,
    ::testing::Values(Room{1, true, CKR_SESSION_COUNT}, Room{1, false, CKR_SESSION_COUNT},
                      Room{1, false, CKR_ARGUMENTS_BAD}, Room{2, true, CKR_SESSION_COUNT},
                      Room{2, false, CKR_SESSION_COUNT}, Room{2, false, CKR_ARGUMENTS_BAD},
                      Room{3, true, CKR_SESSION_COUNT}, Room{3, false, CKR_ARGUMENTS_BAD}),
    [](const auto& test) {
        return std::to_string(test.param.sessions) + (test.param.told ? "Told" : "NotTold") +
               (test.param.code == CKR_ARGUMENTS_BAD ? "ArgumentsBad" : "");
    });

TEST_P(TokenWithRoomFor, AsManySessionsServesManyCallers) {
    const auto token = token_with(8);
    import_into(*token);
    EXPECT_EQ(signed_by(16, *token), 16U);
    EXPECT_LE(lies_.most_open_sessions, GetParam().sessions);
    EXPECT_NO_THROW(token->ping());
    EXPECT_EQ(token->count(id_), 1U);
}

TEST_P(TokenWithRoomFor, AsManySessionsServesOnAfterAFailureThatCostsASession) {
    const auto token = token_with(8);
    import_into(*token);
    for (int i = 0; i < 3; ++i) {
        shim_.sign = CKR_DEVICE_ERROR;
        EXPECT_THROW(sign(*token), TokenError);
        shim_.sign = CKR_OK;
        EXPECT_EQ(sign(*token), Done::done);
    }
    EXPECT_LE(lies_.most_open_sessions, GetParam().sessions);
}

TEST_F(SessionLimit, ThatIsToldIsNeverTried) {
    lies_.told_session_limit = 3;
    const auto token = token_with(8);
    import_into(*token);
    EXPECT_EQ(signed_by(16, *token), 16U);
    EXPECT_LE(lies_.most_open_sessions, 3U);
}

TEST_F(SessionLimit, ThatIsUnknownIsNone) {
    lies_.told_session_limit = CK_UNAVAILABLE_INFORMATION;
    lies_.told_rw_session_limit = CK_UNAVAILABLE_INFORMATION;
    const auto token = token_with(8);
    import_into(*token);
    EXPECT_EQ(signed_by(8, *token), 8U);
}

TEST_F(SessionLimit, ThatOthersHaveUsedUpIsAFullToken) {
    lies_.session_limit = 1;
    lies_.open_sessions = 1;
    try {
        token_with(8)->ping();
        FAIL() << "a session was opened";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::full);
        EXPECT_EQ(error.call(), "C_OpenSession");
    }
}

TEST_F(SessionLimit, ThatOthersHadUsedUpIsLookedAtAgainByAPing) {
    const auto token = token_with(8);
    lies_.session_limit = 1;
    import_into(*token);
    lies_.session_limit = 0;
    token->ping();
    EXPECT_EQ(signed_by(4, *token), 4U);
    EXPECT_GE(lies_.open_sessions, 2U);
}

TEST_F(SessionLimit, OfOneSessionThatIsLentIsBusyAfterTheWait) {
    hsm::PoolSettings settings = pool_settings_for("production");
    settings.sessions = 1;
    settings.wait = 20ms;
    hsm::SessionPool pool(lab_.module(), settings);
    const hsm::Lease taken = pool.lease();
    try {
        pool.lease();
        FAIL() << "a second session was lent";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::busy);
    }
    EXPECT_NO_THROW(pool.ping());
}

class OnlySession : public SessionLimit {
  protected:
    static hsm::PoolSettings settings() {
        hsm::PoolSettings settings = pool_settings_for("production");
        settings.sessions = 8;
        settings.wait = 50ms;
        return settings;
    }
    static void replace(hsm::Lease& lease) {
        lease.poison();
        lease.replace_poisoned();
    }
    static void expect_busy(hsm::Lease& lease) {
        try {
            replace(lease);
            ADD_FAILURE() << "the only session was lent twice";
        } catch (const TokenError& error) {
            EXPECT_EQ(error.fault(), TokenFault::busy);
        }
    }

    hsm::SessionPool pool_{lab_.module(), settings()};
};

TEST_F(OnlySession, StaysWithItsLeaseWhenOthersWaitForItInVainAndEnd) {
    hsm::Lease last = pool_.lease();
    {
        hsm::Lease holder = pool_.lease();
        {
            hsm::Lease other = pool_.lease();
            pool_.lease().lost();
            lies_.told_session_limit = 1;
            EXPECT_NO_THROW(replace(holder));
            expect_busy(other);
        }
        expect_busy(last);
    }
    EXPECT_NO_THROW(replace(last));
}

/// Callers of one pool. Each keeps its session until told to return it.
class Callers {
  public:
    Callers(hsm::SessionPool& pool, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            all_.push_back(std::async(std::launch::async, [this, &pool] {
                const hsm::Lease lease = pool.lease();
                const std::size_t turn = ++served_;
                while (turn > let_go_)
                    std::this_thread::yield();
            }));
    }
    Callers(const Callers&) = delete;
    Callers(Callers&&) = delete;
    Callers& operator=(const Callers&) = delete;
    Callers& operator=(Callers&&) = delete;
    ~Callers() { let_go(all_.size()); }

    /// In the order in which they were served.
    void let_go(std::size_t count) { let_go_ = count; }
    /// Whether this many are served in time.
    bool are_served(std::size_t count) {
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (served_ < count && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
        return served_ >= count;
    }
    void expect_all_served() {
        let_go(all_.size());
        for (auto& each : all_)
            EXPECT_NO_THROW(each.get());
    }

  private:
    std::atomic<std::size_t> served_ = 0;
    std::atomic<std::size_t> let_go_ = 0;
    std::vector<std::future<void>> all_;
};

TEST_F(SessionLimit, ThatIsLiftedWhileCallersWaitForTheOnlySessionLetsThemHaveOthers) {
    hsm::PoolSettings settings = pool_settings_for("production");
    settings.sessions = 8;
    settings.wait = 30s;
    hsm::SessionPool pool(lab_.module(), settings);
    lies_.session_limit = 1;
    shim_.hang_in_login = true;
    Callers callers(pool, 4);
    while (shim_.hanging == 0)
        std::this_thread::yield();
    shim_.hang_in_login = false;
    ASSERT_TRUE(callers.are_served(1));
    callers.let_go(1);  // the others learn that there is only one session
    ASSERT_TRUE(callers.are_served(2));
    lies_.session_limit = 0;
    pool.ping();
    EXPECT_TRUE(callers.are_served(4));
    callers.expect_all_served();
    EXPECT_EQ(shim_.logins, 1U);
}

class FailedSessionInfo : public SessionLimit, public ::testing::WithParamInterface<CK_RV> {};
INSTANTIATE_TEST_SUITE_P(Answers, FailedSessionInfo,
                         ::testing::Values(CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR,
                                           CKR_HOST_MEMORY, CKR_SESSION_HANDLE_INVALID,
                                           CKR_VENDOR_DEFINED | 9UL),
                         [](const auto& test) { return "Code" + std::to_string(test.param); });

TEST_P(FailedSessionInfo, ForAMomentLeavesNoSessionOpenThatNobodyHas) {
    const auto token = token_with(4);
    import_into(*token);
    lies_.session_info = GetParam();
    for (int i = 0; i < 50; ++i) {
        lies_.session_info_failures = static_cast<CK_ULONG>(1 + i % 3);
        try {
            sign(*token);
            token->ping();
        } catch (const TokenError&) {
        }
    }
    lies_.session_info_failures = 0;
    EXPECT_EQ(sign(*token), Done::done);
    EXPECT_GT(shim_.sessions, 20U);  // they were replaced
    EXPECT_LE(lies_.open_sessions, 4U);
    EXPECT_LE(lies_.most_open_sessions, 5U);
}

class MechanismsOfASlowToken : public SessionLimit {
  protected:
    MechanismsOfASlowToken() { lies_.mechanism_info_delay = 20; }
};

TEST_F(MechanismsOfASlowToken, AreAskedForAlonePerOperationBeforeAPing) {
    const auto token = token_with(4);
    import_into(*token);
    EXPECT_EQ(sign(*token), Done::done);
    EXPECT_EQ(lies_.mechanism_infos, 1U);
}

TEST_F(MechanismsOfASlowToken, AreReadByPings) {
    const auto token = token_with(4);
    token->ping();
    const CK_ULONG read = lies_.mechanism_infos;
    EXPECT_GT(read, 10U);
    import_into(*token);
    EXPECT_EQ(sign(*token), Done::done);
    EXPECT_FALSE(token->mechanisms().empty());
    token->ping();
    EXPECT_EQ(lies_.mechanism_infos, read);
}

TEST_F(MechanismsOfASlowToken, AreReadInSeveralPingsThatTakeNoLongerThanASecondEach) {
    lies_.mechanism_info_delay = 300;
    const auto token = token_with(4);
    token->ping();
    EXPECT_GT(lies_.mechanism_infos, 1U);
    EXPECT_LT(lies_.mechanism_infos, 6U);
    const CK_ULONG read = lies_.mechanism_infos;
    token->ping();
    EXPECT_GT(lies_.mechanism_infos, read);
}

TEST_F(MechanismsOfASlowToken, AreNotAskedForInARequestAfterTheSessionsWereLost) {
    const auto token = token_with(4);
    token->ping();
    import_into(*token);
    lose_sessions(lab_.inspector());
    const CK_ULONG read = lies_.mechanism_infos;
    EXPECT_EQ(sign(*token), Done::done);
    EXPECT_EQ(lies_.mechanism_infos, read);
    token->ping();
    EXPECT_GT(lies_.mechanism_infos, read);  // the mechanisms may have changed
}

}  // namespace
}  // namespace keyward::tests
