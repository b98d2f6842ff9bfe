// A token that was found once is not replaced by another one with the same label while the process runs.
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/token/support/labs.hpp"
#include "tests/support/polling.hpp"

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* swapped = "The token in place is not the one that this service found first";

/// Repeats the call until the expected answer or error text comes. A module is reinitialized only every few
/// seconds.
bool comes(const std::function<bool()>& expected) {
    return test::comes_true(expected, 60s);
}

class TokenIdentity : public ::testing::Test {
  protected:
    TokenIdentity() {
        prepare_process();
        const keys::KeyMaterial material = make_key(Kind::aes128);
        lab_.token()->import(
            {id_, "mine", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, std::nullopt});
    }

    void swap() {
        lab_.server().stop();
        lab_.softhsm().take_tokens();
        lab_.softhsm().add_token("production");
        lab_.server().start();
    }

    void put_back() {
        lab_.server().stop();
        lab_.softhsm().put_tokens_back();
        lab_.server().start();
    }

    bool is_refused() {
        try {
            lab_.token()->count(id_);
        } catch (const TokenError& error) {
            return error.fault() == TokenFault::unreachable && std::string(error.what()).starts_with(swapped);
        }
        return false;
    }

    bool is_served() {
        try {
            return lab_.token()->count(id_) == 1;
        } catch (const TokenError&) {
            return false;
        }
    }

    P11KitLab lab_;
    const ObjectId id_ = ObjectId::random();
};

TEST_F(TokenIdentity, AnotherTokenOfTheSameLabelIsRefusedUntilTheFirstIsBack) {
    swap();
    EXPECT_TRUE(comes([&] { return is_refused(); }));
    EXPECT_TRUE(is_refused());
    put_back();
    EXPECT_TRUE(comes([&] { return is_served(); }));
}

TEST_F(TokenIdentity, AServiceThatStartsWithTheOtherTokenTakesIt) {
    swap();
    EXPECT_TRUE(comes([&] { return is_refused(); }));
    const auto restarted = lab_.open(lab_.settings());
    EXPECT_EQ(restarted->count(id_), 0U);
}

TEST_F(TokenIdentity, TheSameTokenIsAcceptedAfterARestart) {
    lab_.server().stop();
    EXPECT_FALSE(is_served());
    lab_.server().start();
    EXPECT_TRUE(comes([&] { return is_served(); }));
}

}  // namespace
}  // namespace keyward::tests
