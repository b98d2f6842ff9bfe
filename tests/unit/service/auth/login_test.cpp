#include "service/auth/login.hpp"

#include <ctime>
#include <thread>

#include <gtest/gtest.h>

#include "crypto/password.hpp"
#include "service/auth/api_token.hpp"
#include "service/auth/login_rate_limiter.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

SecretBytes secret(std::string text) {
    return SecretBytes::take(text);
}

/// Counts the queries for a password and records the last calls that change tokens.
class WatchedStores : public ForwardingUserStore, public ForwardingAccessTokenStore {
  public:
    explicit WatchedStores(const Catalogue& real)
        : ForwardingUserStore(real), ForwardingAccessTokenStore(real) {}

    std::optional<Credentials> find_credentials(const std::string& user_name) override {
        ++questions;
        return ForwardingUserStore::find_credentials(user_name);
    }
    std::string create_api_token(const std::string& user_id, const std::string& name, const std::string& hash,
                                 std::optional<Instant> expires_at, const AuditRecord& record) override {
        audit = record;
        return ForwardingAccessTokenStore::create_api_token(user_id, name, hash, expires_at, record);
    }
    void remove_expired_tokens(const std::string& name, Instant before) override {
        purged = name;
        purged_before = before;
        ForwardingAccessTokenStore::remove_expired_tokens(name, before);
    }

    std::atomic<int> questions{0};
    AuditRecord audit;
    std::string purged;
    Instant purged_before;
};

/// `bob` has a password, `alice` has none.
class LoginTest : public testing::Test {
  protected:
    LoginTest() {
        static const std::string hash = hash_password(secret("open-sesame-1"));
        fixture_.catalogue->users.create_user("bob", hash, {});
    }

    LoginToken log_in(const std::string& user, const std::string& password = "open-sesame-1",
                      const std::string& address = "192.0.2.1") {
        return login_.run({user, secret(password), address, "request-1"});
    }
    ServiceError refusal(const std::string& user, const std::string& password = "open-sesame-1",
                         const std::string& address = "192.0.2.1") {
        return error_of([&] { log_in(user, password, address); });
    }
    void fail(int times, const std::string& user) {
        for (int i = 0; i < times; ++i)
            EXPECT_EQ(refusal(user, "wrong", "198.51.100." + std::to_string(++addresses_)).kind(),
                      ErrorKind::unauthorized_client);
    }
    /// Processor time of the whole process, since several threads compute a hash.
    double cost_of_refusing(const std::string& user, const std::string& password) {
        const std::clock_t before = std::clock();
        EXPECT_EQ(refusal(user, password).kind(), ErrorKind::unauthorized_client);
        return static_cast<double>(std::clock() - before);
    }

    ServiceFixture fixture_;
    CatalogueWith<WatchedStores> catalogue_{*fixture_.catalogue};
    std::chrono::steady_clock::time_point steady_now_{1h};
    LoginNetworks& networks_{fixture_.catalogue->login_networks};
    Login login_{catalogue_.users, catalogue_.access_tokens, networks_, [this] { return fixture_.now; },
                 [this] { return steady_now_; }};
    int addresses_ = 0;
};

TEST_F(LoginTest, GivesATokenThatWorksAtOnce) {
    const LoginToken made = log_in("bob");
    EXPECT_EQ(made.lifetime, 3600s);
    const std::string header = "Bearer " + std::string(made.token.reveal_text());
    Access access(fixture_.catalogue->access_tokens, fixture_.catalogue->users, fixture_.catalogue->projects,
                  [this] { return fixture_.now; });
    EXPECT_EQ(access.authenticate(&header).user_name, "bob");
}

TEST_F(LoginTest, TheTokenEndsAfterAnHour) {
    log_in("bob");
    const auto tokens = fixture_.catalogue->access_tokens.api_tokens();
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0].name, "password login");
    EXPECT_EQ(tokens[0].user_name, "bob");
    EXPECT_EQ(tokens[0].expires_at, fixture_.now + 1h);
}

TEST_F(LoginTest, EachOneGivesATokenOfItsOwn) {
    EXPECT_NE(log_in("bob").token.reveal_text(), log_in("bob").token.reveal_text());
    EXPECT_EQ(fixture_.catalogue->access_tokens.api_tokens().size(), 2U);
}

TEST_F(LoginTest, IsAnAuditRecord) {
    log_in("bob");
    EXPECT_EQ(catalogue_.audit.at, fixture_.now);
    EXPECT_EQ(catalogue_.audit.actor, "bob");
    EXPECT_EQ(catalogue_.audit.request_id, "request-1");
    EXPECT_EQ(catalogue_.audit.action, "token.login");
    EXPECT_EQ(catalogue_.audit.result, "from 192.0.2.1");
}

TEST_F(LoginTest, EveryRefusalReadsAlike) {
    for (const auto& [user, password] :
         {std::pair{"bob", "open-sesame-2"}, std::pair{"bob", ""}, std::pair{"BOB", "open-sesame-1"},
          std::pair{"nobody", "open-sesame-1"}, std::pair{"alice", "open-sesame-1"},
          std::pair{"alice", ""}}) {
        const auto error = refusal(user, password, "198.51.100." + std::to_string(++addresses_));
        EXPECT_EQ(error.kind(), ErrorKind::unauthorized_client) << user << " " << password;
        EXPECT_STREQ(error.what(), "Bad credentials");
    }
    EXPECT_TRUE(fixture_.catalogue->access_tokens.api_tokens().empty());
}

TEST_F(LoginTest, EveryRefusalCostsAlike) {
    const double wrong_password = cost_of_refusing("bob", "wrong");
    EXPECT_GT(cost_of_refusing("nobody", "wrong"), wrong_password / 3);
    EXPECT_GT(cost_of_refusing("alice", "wrong"), wrong_password / 3);
}

TEST_F(LoginTest, AfterFiveFailuresTheRightPasswordHasToWaitToo) {
    fail(5, "bob");
    const int questions = catalogue_.questions;
    const auto error = refusal("bob");
    EXPECT_EQ(error.kind(), ErrorKind::too_many_requests);
    EXPECT_EQ(error.retry_after(), 1s);
    EXPECT_STREQ(error.what(), "Too many logins of this user or from this address failed; try again in 1 s");
    EXPECT_EQ(catalogue_.questions, questions) << "the password was not looked at";
    steady_now_ += 1s;
    EXPECT_NO_THROW(log_in("bob"));
}

TEST_F(LoginTest, AUserThatIsNotThereIsSlowedDownAlike) {
    fail(5, "nobody");
    EXPECT_EQ(refusal("nobody").retry_after(), 1s);
    steady_now_ += 1s;
    fail(1, "nobody");
    EXPECT_EQ(refusal("nobody").retry_after(), 2s);
}

TEST_F(LoginTest, AnAddressIsSlowedDownWhoeverItTries) {
    for (const char* user : {"a", "b", "c", "d", "e"})
        EXPECT_EQ(refusal(user).kind(), ErrorKind::unauthorized_client);
    EXPECT_EQ(refusal("bob").kind(), ErrorKind::too_many_requests);
    EXPECT_NO_THROW(log_in("bob", "open-sesame-1", "203.0.113.1"));
}

TEST_F(LoginTest, ASuccessEndsTheUsersRow) {
    fail(4, "bob");
    log_in("bob");
    fail(4, "bob");
    EXPECT_NO_THROW(log_in("bob"));
}

TEST_F(LoginTest, AnAttemptThatIsNotLookedAtDoesNotCount) {
    fail(5, "bob");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(refusal("bob", "wrong").retry_after(), 1s);
}

TEST_F(LoginTest, AFloodIsLookedAtOnlyAsFarAsTheRowAllows) {
    std::vector<std::thread> clients;
    std::atomic<int> looked_at{0};
    clients.reserve(16);
    for (int i = 0; i < 16; ++i)
        clients.emplace_back([&, i] {
            const auto error = refusal("bob", "wrong", "203.0.113." + std::to_string(i));
            if (error.kind() == ErrorKind::unauthorized_client) ++looked_at;
        });
    for (std::thread& client : clients)
        client.join();
    EXPECT_GE(looked_at, 5);
    EXPECT_LE(looked_at, 6) << "one more may have been under way with the fifth";
}

TEST_F(LoginTest, FromANetworkThatIsKnownIsTriedWhateverOthersDo) {
    log_in("bob");
    fail(5, "bob");
    EXPECT_EQ(refusal("bob", "open-sesame-1", "203.0.113.1").kind(), ErrorKind::too_many_requests)
        << "strangers wait";
    EXPECT_NO_THROW(log_in("bob"));
    EXPECT_NO_THROW(log_in("bob", "open-sesame-1", "192.0.2.77")) << "the same /24";
}

TEST_F(LoginTest, FromANetworkThatIsKnownIsTriedWhateverWasTriedFromThere) {
    log_in("bob");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(refusal("bob", "wrong").kind(), ErrorKind::unauthorized_client);
    EXPECT_NO_THROW(log_in("bob"));
}

TEST_F(LoginTest, FromANetworkThatOneUserKnowsHelpsNoOther) {
    log_in("bob");
    for (const char* user : {"a", "b", "c", "d", "e"})
        EXPECT_EQ(refusal(user).kind(), ErrorKind::unauthorized_client);
    EXPECT_EQ(refusal("alice").kind(), ErrorKind::too_many_requests);
}

TEST_F(LoginTest, ThatFailedMakesNoNetworkKnown) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(refusal("bob", "wrong").kind(), ErrorKind::unauthorized_client);
    EXPECT_EQ(refusal("bob").kind(), ErrorKind::too_many_requests);
}

TEST_F(LoginTest, ANetworkIsKnownForThirtyDaysAfterTheLastLogin) {
    log_in("bob");
    fixture_.now += std::chrono::days(29);
    log_in("bob");
    fixture_.now += std::chrono::days(29);
    fail(5, "bob");
    EXPECT_NO_THROW(log_in("bob"));
    fixture_.now += std::chrono::days(30);
    fail(5, "bob");
    EXPECT_EQ(refusal("bob").kind(), ErrorKind::too_many_requests);
}

TEST_F(LoginTest, NetworksOfOldLoginsAreForgotten) {
    log_in("bob");
    fixture_.now += std::chrono::days(30);
    login_.remove_expired_tokens();
    EXPECT_TRUE(networks_.last_login("bob", "192.0.2.0/24"));
    fixture_.now += 1ms;
    login_.remove_expired_tokens();
    EXPECT_FALSE(networks_.last_login("bob", "192.0.2.0/24"));
}

TEST(LoginNetwork, IsTheNetworkAndNotTheAddress) {
    EXPECT_EQ(login_network("192.0.2.77"), "192.0.2.0/24");
    EXPECT_EQ(login_network("2001:db8:0:1ff::1"), "2001:db8:0:100::/56");
    EXPECT_EQ(login_network("::1"), "::/56");
    EXPECT_EQ(login_network(""), "");
}

TEST_F(LoginTest, TokensThatEndedADayAgoAreRemoved) {
    log_in("bob");
    fixture_.catalogue->access_tokens.create_api_token(fixture_.alice.user_id, "by hand", "hash",
                                                       fixture_.now + 1h, {});
    login_.remove_expired_tokens();
    EXPECT_EQ(catalogue_.purged, "password login");
    EXPECT_EQ(catalogue_.purged_before, fixture_.now - 24h);
    fixture_.now += 25h;
    login_.remove_expired_tokens();
    EXPECT_EQ(fixture_.catalogue->access_tokens.api_tokens().size(), 2U);
    fixture_.now += 1ms;
    login_.remove_expired_tokens();
    const auto left = fixture_.catalogue->access_tokens.api_tokens();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].name, "by hand");
}

}  // namespace
}  // namespace keyward::service
