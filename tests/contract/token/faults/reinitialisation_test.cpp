// Tokens whose module is reinitialized while it works.
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/contract/token/support/shim_lab.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;

/// One by Keyward and one by libp11, which finds the module already initialized.
constexpr CK_ULONG initialisations_each_time = 2;

class Reinitialisation : public ::testing::Test {
  protected:
    Reinitialisation() { prepare_process(); }

    ObjectId import(Token& token) {
        const ObjectId id = ObjectId::random();
        const keys::KeyMaterial material = make_key(Kind::aes128);
        token.import(
            {id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, std::nullopt});
        return id;
    }

    static bool is_refreshed_in_time(Token& token) {
        const auto limit = std::chrono::steady_clock::now() + 20s;
        while (std::chrono::steady_clock::now() < limit) {
            if (token.refresh()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
};

TEST_F(Reinitialisation, KeysAreFoundAfterIt) {
    const ObjectId id = import(*lab_.token());
    EXPECT_TRUE(lab_.token()->refresh());
    EXPECT_EQ(lab_.token()->count(id), 1U);
}

TEST_F(Reinitialisation, SessionsAndLoginsAreMadeAgainForEveryTokenOfTheModule) {
    lab_.add_token("staging");
    const auto staging = lab_.open(lab_.settings("staging"));
    const ObjectId there = import(*staging);
    lab_.token()->ping();
    EXPECT_TRUE(lab_.token()->refresh());
    EXPECT_EQ(staging->count(there), 1U);
    EXPECT_NO_THROW(lab_.token()->ping());
    EXPECT_EQ(shim_.logins, 4U);
}

TEST_F(Reinitialisation, IsDoneForATokenThatTwoEnvironmentsShare) {
    const auto second = lab_.open(lab_.settings());
    const ObjectId id = import(*lab_.token());
    second->ping();
    EXPECT_EQ(shim_.logins, 1U);
    EXPECT_TRUE(second->refresh());
    EXPECT_EQ(second->count(id), 1U);
    EXPECT_EQ(lab_.token()->count(id), 1U);
    EXPECT_EQ(shim_.logins, 2U);
}

TEST_F(Reinitialisation, IsNotDoneWhileOneOfTwoEnvironmentsThatShareATokenHasAnotherPin) {
    hsm::TokenSettings settings = lab_.settings();
    settings.pin = [] { return SecretBytes::copy_of(as_bytes("changed-4711")); };
    lab_.token()->ping();
    const auto second = lab_.open(settings);
    second->ping();
    EXPECT_FALSE(lab_.token()->refresh());
    EXPECT_EQ(shim_.phases.initialisations, initialisations_each_time);
}

TEST_F(Reinitialisation, IsDoneOnceAMinuteForAModuleWhoeverAsks) {
    lab_.add_token("staging");
    const auto staging = lab_.open(lab_.settings("staging"));
    lab_.token()->ping();
    EXPECT_TRUE(lab_.token()->refresh());
    EXPECT_FALSE(lab_.token()->refresh());
    EXPECT_FALSE(staging->refresh());
}

TEST_F(Reinitialisation, IsNotDoneBeforeTheModuleWasUsed) {
    EXPECT_FALSE(lab_.token()->refresh());
}

TEST_F(Reinitialisation, IsNotDoneWhileACallRunsAndCanBeDoneAfterIt) {
    const auto token = lab_.token();
    token->ping();
    shim_.hang_in_session_info = true;
    auto ping = std::async(std::launch::async, [&] { token->ping(); });
    while (shim_.hanging == 0)
        std::this_thread::yield();
    EXPECT_FALSE(token->refresh());
    shim_.hang_in_session_info = false;
    ping.get();
    EXPECT_TRUE(is_refreshed_in_time(*token));
}

TEST_F(Reinitialisation, CallsThatComeMeanwhileWaitForItAndSucceed) {
    const auto token = lab_.token();
    const ObjectId id = import(*token);
    std::atomic<bool> done = false;
    std::vector<std::future<std::size_t>> callers;
    callers.reserve(4);
    for (int i = 0; i < 4; ++i)
        callers.push_back(std::async(std::launch::async, [&] {
            std::size_t found = 0;
            do
                found = token->count(id);
            while (!done && found == 1);
            return found;
        }));
    EXPECT_TRUE(is_refreshed_in_time(*token));
    done = true;
    for (auto& caller : callers)
        EXPECT_EQ(caller.get(), 1U);
}

TEST_F(Reinitialisation, IsNotDoneWhenALoginWouldBeLost) {
    hsm::TokenSettings settings = lab_.settings();
    auto pin = std::make_shared<std::string>(test_pin);
    settings.pin = [pin] { return SecretBytes::copy_of(as_bytes(*pin)); };
    const auto token = lab_.open(settings);
    token->ping();
    *pin = "changed-4711";
    EXPECT_FALSE(token->refresh());
    EXPECT_NO_THROW(token->ping());
    EXPECT_EQ(shim_.phases.initialisations, initialisations_each_time);
}

TEST_F(Reinitialisation, IsTriedAtGrowingPausesWhileACallRuns) {
    const auto token = lab_.token();
    token->ping();
    shim_.hang_in_session_info = true;
    auto ping = std::async(std::launch::async, [&] { token->ping(); });
    while (shim_.hanging == 0)
        std::this_thread::yield();
    std::size_t attempts = 0;  // each waits 200 ms for the call
    const auto begun = std::chrono::steady_clock::now();
    for (auto now = begun; now - begun < 4s; now = std::chrono::steady_clock::now()) {
        EXPECT_FALSE(token->refresh());
        if (std::chrono::steady_clock::now() - now >= 200ms) ++attempts;
    }
    shim_.hang_in_session_info = false;
    ping.get();
    EXPECT_LE(attempts, 3U);
}

/// A key whose module shows no objects until it is initialized again.
class UnseenKey : public Reinitialisation {
  protected:
    UnseenKey() {
        lab_.token()->import({id_,
                              "label",
                              make_key(Kind::hmac64),
                              {KeyUsage::sign_verify},
                              ObjectLifetime::token,
                              std::nullopt});
        shim_.phases.shows_no_objects = true;
    }

    void sign() { lab_.token()->operate(id_, CryptoOperation::sign, std::span(&signing_, 1)); }
    void expect_missing() {
        try {
            sign();
            ADD_FAILURE() << "the key was used";
        } catch (const TokenError& error) {
            EXPECT_EQ(error.fault(), TokenFault::missing);
        }
    }

    const ObjectId id_ = ObjectId::random();
    const CryptoRequest signing_ = operation("SHA256-HMAC", message(8));
};

TEST_F(UnseenKey, IsMissingAndUsedAfterAReinitialisation) {
    expect_missing();
    EXPECT_TRUE(lab_.token()->refresh());
    EXPECT_NO_THROW(sign());
}

TEST_F(UnseenKey, ThatIsGoneCostsOneReinitialisationForAHundredUses) {
    shim_.phases.shows_no_objects = false;
    lab_.token_of_others()->destroy(id_);
    const CK_ULONG before = shim_.phases.initialisations;
    for (int i = 0; i < 100; ++i) {
        expect_missing();
        lab_.token()->refresh();
    }
    EXPECT_EQ(shim_.phases.initialisations, before + initialisations_each_time);
}

class AbsentToken : public Reinitialisation {
  protected:
    AbsentToken() { lab_.token()->ping(); }

    static bool answers_in_time(Token& token) {
        const auto limit = std::chrono::steady_clock::now() + 30s;
        while (std::chrono::steady_clock::now() < limit) {
            try {
                token.ping();
                return true;
            } catch (const TokenError&) {
                std::this_thread::yield();
            }
        }
        return false;
    }

    std::shared_ptr<Token> staging_ = lab_.open(lab_.settings("staging"));
};

TEST_F(AbsentToken, IsFoundWhenItComesAndNoCallToAnotherTokenOfTheModuleFails) {
    const ObjectId id = import(*lab_.token());
    EXPECT_THROW(staging_->ping(), TokenError);
    std::atomic<bool> found = false;
    std::vector<std::future<void>> others;
    others.reserve(3);
    for (int i = 0; i < 3; ++i)
        others.push_back(std::async(std::launch::async, [&] {
            while (!found)
                EXPECT_EQ(lab_.token()->count(id), 1U);
        }));
    lab_.add_token("staging");
    EXPECT_TRUE(answers_in_time(*staging_));
    found = true;
    for (auto& other : others)
        EXPECT_NO_THROW(other.get());
}

TEST_F(AbsentToken, IsFoundWhereTwoEnvironmentsShareAnotherTokenOfTheModule) {
    const auto second = lab_.open(lab_.settings());
    second->ping();
    lab_.add_token("staging");
    EXPECT_TRUE(answers_in_time(*staging_));
}

TEST_F(AbsentToken, IsLookedForAtPauses) {
    const CK_ULONG before = shim_.phases.initialisations;
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < end)
        EXPECT_THROW(staging_->ping(), TokenError);
    EXPECT_EQ(shim_.phases.initialisations, before + initialisations_each_time);
}

TEST_F(AbsentToken, IsNotLookedForWhileACallToAnotherTokenRuns) {
    const CK_ULONG before = shim_.phases.initialisations;
    shim_.hang_in_session_info = true;
    auto ping = std::async(std::launch::async, [&] { lab_.token()->ping(); });
    while (shim_.hanging == 0)
        std::this_thread::yield();
    EXPECT_THROW(staging_->ping(), TokenError);
    shim_.hang_in_session_info = false;
    ping.get();
    EXPECT_EQ(shim_.phases.initialisations, before);
}

/// Calls that return only when the test releases them.
struct Hang {
    const char* name;
    std::atomic<bool>& (*control)(ShimControls&);
};

class HangingModule : public Reinitialisation, public ::testing::WithParamInterface<Hang> {
  protected:
    std::future<void> stuck_ping() {
        hang_ = true;
        auto ping = std::async(std::launch::async, [this] { lab_.token()->ping(); });
        while (shim_.hanging == 0)
            std::this_thread::yield();
        return ping;
    }

    /// Whether the call ends, with any result, while the module hangs.
    static bool ends_in_time(const std::shared_ptr<Token>& token) {
        auto call = std::async(std::launch::async, [token] {
            try {
                token->ping();
            } catch (const TokenError&) {
            }
        });
        const bool ended = call.wait_for(10s) == std::future_status::ready;
        if (!ended) ADD_FAILURE() << "the call hangs, too";
        return ended;
    }

    std::atomic<bool>& hang_ = GetParam().control(shim_);
};

std::atomic<bool>& in_initialize(ShimControls& shim) {
    return shim.phases.hang_in_initialize;
}
std::atomic<bool>& in_get_info(ShimControls& shim) {
    return shim.phases.hang_in_get_info;
}
std::atomic<bool>& in_slot_list(ShimControls& shim) {
    return shim.phases.hang_in_slot_list;
}

INSTANTIATE_TEST_SUITE_P(Calls, HangingModule,
                         ::testing::Values(Hang{"Initialize", in_initialize}, Hang{"GetInfo", in_get_info},
                                           Hang{"GetSlotList", in_slot_list}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(HangingModule, HoldsUpNoOtherModule) {
    auto stuck = stuck_ping();
    const auto other = lab_.open(settings_for(softhsm_module, "production"));
    auto ping = std::async(std::launch::async, [&] { other->ping(); });
    const bool answered = ping.wait_for(10s) == std::future_status::ready;
    hang_ = false;
    EXPECT_TRUE(answered);
    EXPECT_NO_THROW(ping.get());
    EXPECT_NO_THROW(stuck.get());
}

TEST_P(HangingModule, LetsOtherCallersOfItGoAndServesThemAfterwards) {
    auto stuck = stuck_ping();
    hsm::TokenSettings settings = lab_.settings();
    settings.session_wait = 50ms;
    const auto second = lab_.open(settings);
    const bool ended = ends_in_time(second);
    hang_ = false;
    EXPECT_TRUE(ended);
    EXPECT_NO_THROW(stuck.get());
    EXPECT_NO_THROW(second->ping());
}

TEST_F(Reinitialisation, ThatHangsHoldsUpNoOtherModuleAndLetsCallersGo) {
    const auto token = lab_.token();
    token->ping();
    hsm::TokenSettings settings = lab_.settings();
    settings.session_wait = 50ms;
    const auto second = lab_.open(settings);
    shim_.phases.hang_in_finalize = true;
    auto refresh = std::async(std::launch::async, [&] { return token->refresh(); });
    while (shim_.hanging == 0)
        std::this_thread::yield();
    try {
        second->ping();
        ADD_FAILURE() << "the module was used";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.phase(), TokenPhase::loading);
        EXPECT_STREQ(error.what(), "The PKCS#11 module can't be used: its initialisation does not end");
    }
    EXPECT_FALSE(second->refresh());
    shim_.phases.hang_in_finalize = false;
    EXPECT_TRUE(refresh.get());
    EXPECT_NO_THROW(second->ping());
}

}  // namespace
}  // namespace keyward::tests
