#include "api/optional_login.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "service/auth/api_token.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::api {
namespace {

/// A store that does not answer until it is released.
class HangingAccessTokens : public ForwardingAccessTokenStore {
  public:
    using ForwardingAccessTokenStore::ForwardingAccessTokenStore;

    std::int64_t access_version() override {
        ++asked_;
        released_.wait();
        return ForwardingAccessTokenStore::access_version();
    }
    void release() { release_.set_value(); }
    [[nodiscard]] int asked() const { return asked_; }

  private:
    std::promise<void> release_;
    std::shared_future<void> released_ = release_.get_future().share();
    std::atomic<int> asked_ = 0;
};

class OptionalLoginTest : public testing::Test {
  protected:
    [[nodiscard]] std::string token_of_a_user() const {
        const SecretBytes token = service::make_api_token();
        fixture_.catalogue->users.create_user("bob", "", {});
        fixture_.catalogue->access_tokens.create_api_token(fixture_.catalogue->users.find_user("bob")->id, "",
                                                           service::hash_api_token(token.reveal_text()), {},
                                                           {});
        return "Bearer " + std::string(token.reveal_text());
    }

    service::ServiceFixture fixture_;
    CatalogueWith<HangingAccessTokens> hanging_{*fixture_.catalogue};
    service::Access access_{hanging_.access_tokens, hanging_.users, hanging_.projects,
                            [this] { return fixture_.now; }};
};

TEST_F(OptionalLoginTest, RecognisesWhoHasAToken) {
    hanging_.release();
    OptionalLogin login(access_);
    const std::string token = token_of_a_user();
    std::optional<service::Caller> caller;
    while (!caller)  // a busy machine may take longer than the login waits
        caller = login.caller_of(token);
    EXPECT_EQ(caller->user_name, "bob");
}

TEST_F(OptionalLoginTest, KnowsNoCallerWithoutAValidToken) {
    hanging_.release();
    OptionalLogin login(access_);
    EXPECT_FALSE(login.caller_of("Bearer nonsense"));
}

TEST_F(OptionalLoginTest, AsksACatalogueThatHangsNoSecondQuestion) {
    const std::string token = token_of_a_user();
    OptionalLogin login(access_);
    EXPECT_FALSE(login.caller_of(token));
    while (hanging_.asked() == 0)  // a busy machine begins late with the question
        std::this_thread::yield();
    EXPECT_FALSE(login.caller_of(token)) << "from now on the question counts as hanging";
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(login.caller_of(token));
    hanging_.release();
    int asked_after = 0;
    for (bool known = false; !known; ++asked_after)
        known = login.caller_of(token).has_value();
    EXPECT_LE(hanging_.asked(), 2 + asked_after);
}

}  // namespace
}  // namespace keyward::api
