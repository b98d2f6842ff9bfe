// What happens to tokens when their module is initialised again while it works.
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/contract/token/shim_lab.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using service::Lifetime;
using service::Use;

class Reinitialisation : public ::testing::Test {
  protected:
    Reinitialisation() { prepare_process(); }

    ObjectId import(service::Token& token) {
        const ObjectId id = ObjectId::random();
        const keys::KeyMaterial material = make_key(Kind::aes128);
        token.import({id, "label", material, {Use::cipher}, Lifetime::token, std::nullopt});
        return id;
    }

    static bool is_refreshed_in_time(service::Token& token) {
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

}  // namespace
}  // namespace keyward::tests
