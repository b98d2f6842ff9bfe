#include <gtest/gtest.h>

#include "tests/contract/token/support/labs.hpp"
#include "tests/contract/token/support/use_samples.hpp"
#include "tests/support/failing_memory.hpp"

namespace keyward::tests {
namespace {

using test::NoMemoryHere;

/// A token with two sessions, one of which holds the login. When an allocation fails, the call may fail, but
/// the session must be returned or closed.
class TokenWithoutMemory : public ::testing::Test {
  protected:
    TokenWithoutMemory() {
        prepare_process();
        hsm::TokenSettings settings = lab_.settings();
        settings.sessions = 2;
        token_ = lab_.open(std::move(settings));
        import(id_, ObjectLifetime::token);
    }
    void import(const ObjectId& id, ObjectLifetime lifetime) {
        token_->import(
            {id, "label", make_key(Kind::hmac64), {KeyUsage::sign_verify}, lifetime, std::nullopt});
    }
    CryptoResult::Kind sign() {
        const auto outcomes = token_->operate(id_, CryptoOperation::sign, std::span(&mac_, 1));
        return outcomes.at(0).kind;
    }
    CK_ULONG open_sessions() {
        const auto use = lab_.module()->use();
        CK_TOKEN_INFO info{};
        EXPECT_EQ(use.p11().C_GetTokenInfo(lab_.module()->tokens(use).found.front().slot, &info), CKR_OK);
        return info.ulSessionCount;
    }
    /// Fails the first allocation of the work, then the second and so on, until the work makes no further
    /// one.
    template <typename Work>
    void fail_each_allocation_of(const Work& work) {
        ASSERT_EQ(sign(), CryptoResult::Kind::done);
        const CK_ULONG sessions = open_sessions();
        bool failed = true;
        for (std::size_t good = 0; failed; ++good) {
            ASSERT_LT(good, 5000U);
            {
                const NoMemoryHere none(good);
                try {
                    work();
                } catch (const std::exception&) {  // the caller gets an error
                }
                failed = NoMemoryHere::has_failed();
            }
            ASSERT_EQ(sign(), CryptoResult::Kind::done) << "after " << good << " good allocations";
        }
        EXPECT_LE(open_sessions(), sessions);
    }

    SoftHsmLab lab_;
    std::shared_ptr<Token> token_;
    const ObjectId id_ = ObjectId::random();
    const CryptoRequest mac_ = operation("SHA256-HMAC", message(32));
};

TEST_F(TokenWithoutMemory, StillUsesItsKeys) {
    fail_each_allocation_of([this] { sign(); });
}

TEST_F(TokenWithoutMemory, StillTakesKeys) {
    const ObjectId id = ObjectId::random();
    fail_each_allocation_of([&] { import(id, ObjectLifetime::session); });
}

TEST_F(TokenWithoutMemory, StillLooksForItsObjects) {
    fail_each_allocation_of([this] { token_->count(id_); });
}

TEST_F(TokenWithoutMemory, StillGivesASignOfLife) {
    fail_each_allocation_of([this] { token_->ping(); });
}

TEST_F(TokenWithoutMemory, StillListsItsMechanisms) {
    fail_each_allocation_of([this] { token_->mechanisms(); });
}

TEST_F(TokenWithoutMemory, IsOpenedLater) {
    fail_each_allocation_of([this] {
        const auto other = lab_.open(lab_.settings());
        other->ping();
    });
}

}  // namespace
}  // namespace keyward::tests
