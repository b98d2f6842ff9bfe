#include "service/operations/decryption_rate_limiter.hpp"

#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

std::string too_many_text(int seconds) {
    return "Too many decryptions with this key have failed; try again in " + std::to_string(seconds) + " s";
}

/// A ciphertext that no encryption produced.
OperationFields forged(const std::string& mechanism = "AES-CBC-PAD") {
    OperationFields fields = operation(mechanism, std::string(32, '?'));
    if (mechanism == "RSA-PKCS") fields.input = SecretBytes::copy_of(Bytes(256, 0x11));
    if (mechanism == "AES-CBC-PAD") fields.iv = Bytes(16);
    if (mechanism == "AES-GCM") {
        fields.iv = Bytes(12);
        fields.tag = Bytes(16);
    }
    return fields;
}

std::vector<OperationFields> forged_often(int times, const std::string& mechanism = "AES-CBC-PAD") {
    std::vector<OperationFields> all;
    for (int i = 0; i < times; ++i)
        all.push_back(forged(mechanism));
    return all;
}

std::vector<std::string> messages_of(const std::vector<UseResult>& results) {
    std::vector<std::string> messages;
    for (const UseResult& result : results)
        messages.push_back(result.success ? "success" : result.message);
    return messages;
}

/// Concatenates repeated texts.
std::vector<std::string> repeated(std::initializer_list<std::pair<int, std::string>> parts) {
    std::vector<std::string> all;
    for (const auto& [times, text] : parts)
        all.insert(all.end(), static_cast<std::size_t>(times), text);
    return all;
}

/// Two keys for CBC with padding, next to `k` for GCM.
class DecryptionRateLimiterTest : public testing::Test {
  protected:
    DecryptionRateLimiterTest() {
        for (const char* name : {"cbc", "other"})
            fixture_.make(name, {.mechanisms = MechanismList{"AES-CBC-PAD"}});
    }

    void fail(int times, const std::string& key = "cbc", const std::string& environment = "production") {
        for (int i = 0; i < times; ++i)
            EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, forged(), key, environment).message,
                      not_decrypted);
    }
    void expect_wait(int seconds, const std::string& key = "cbc",
                     const std::string& environment = "production") {
        const auto before = fixture_.production->operations();
        const auto error = fixture_.refused(CryptoOperation::decrypt, forged(), key, environment);
        expect_error(error, ErrorKind::too_many_requests, too_many_text(seconds));
        EXPECT_EQ(error.retry_after(), std::chrono::seconds(seconds));
        EXPECT_EQ(fixture_.production->operations(), before);
    }

    UseFixture fixture_{true};
};

TEST_F(DecryptionRateLimiterTest, SixteenFailuresCostNothingTheNextOneMakesTheKeyWait) {
    fail(16);
    fail(1);
    expect_wait(1);
}

TEST_F(DecryptionRateLimiterTest, EachFurtherFailureDoublesTheWaitUpToAMinute) {
    fail(16);
    for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
        fail(1);
        expect_wait(seconds);
        fixture_.steady += std::chrono::seconds(seconds);
    }
}

TEST_F(DecryptionRateLimiterTest, TheWaitIsToldInWholeSecondsUntilItIsOver) {
    fail(17);
    fixture_.steady += 1s;
    fail(1);
    fixture_.steady += 1ms;
    expect_wait(2);
    fixture_.steady += 999ms;
    expect_wait(1);
    fixture_.steady += 999ms;
    expect_wait(1);
    fixture_.steady += 1ms;
    fail(1);
    expect_wait(4);
}

TEST_F(DecryptionRateLimiterTest, AQuarterOfAnHourWithoutFailureForgetsThem) {
    fail(17);
    fixture_.steady += 1s;
    fail(1);
    fixture_.steady += 15min;
    fail(16);
    fail(1);
    expect_wait(1);
}

TEST_F(DecryptionRateLimiterTest, WhileAKeyWaitsItDoesNotDecryptWhatIsRightEither) {
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-CBC-PAD"), "cbc");
    fail(17);
    expect_error(fixture_.refused(CryptoOperation::decrypt, opening(sealed, "AES-CBC-PAD"), "cbc"),
                 ErrorKind::too_many_requests, too_many_text(1));
    fixture_.steady += 1s;
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(sealed, "AES-CBC-PAD"), "cbc").success);
}

TEST_F(DecryptionRateLimiterTest, ASuccessDoesNotMakeUpForFailures) {
    const UseResult sealed = fixture_.run(CryptoOperation::encrypt, operation("AES-CBC-PAD"), "cbc");
    fail(16);
    EXPECT_TRUE(fixture_.run(CryptoOperation::decrypt, opening(sealed, "AES-CBC-PAD"), "cbc").success);
    fail(1);
    expect_wait(1);
}

TEST_F(DecryptionRateLimiterTest, AKeyThatWaitsGoesOnEncrypting) {
    fail(17);
    EXPECT_TRUE(fixture_.run(CryptoOperation::encrypt, operation("AES-CBC-PAD"), "cbc").success);
}

TEST_F(DecryptionRateLimiterTest, AnotherKeyIsNotSlowedDown) {
    fail(17);
    expect_wait(1);
    fail(16, "other");
}

TEST_F(DecryptionRateLimiterTest, AKeyIsTheSameInAllItsEnvironments) {
    fail(16, "cbc", "staging");
    fail(1, "cbc", "production");
    expect_wait(1, "cbc", "staging");
}

TEST_F(DecryptionRateLimiterTest, AnotherUserDoesNotHelp) {
    fail(17);
    fixture_.bob.user_id = "another";
    fixture_.bob.user_name = "carol";
    expect_wait(1);
}

TEST_F(DecryptionRateLimiterTest, ANewKeyOfTheSameNameStartsAfresh) {
    fail(17);
    fixture_.remove("cbc");
    fixture_.make("cbc", {.mechanisms = MechanismList{"AES-CBC-PAD"}});
    fail(16);
}

TEST_F(DecryptionRateLimiterTest, FailuresOfGcmTellNothingAndSlowNoUserDown) {
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(fixture_.run(CryptoOperation::decrypt, forged("AES-GCM")).message, not_decrypted);
    EXPECT_EQ(messages_of(fixture_.run_batch(CryptoOperation::decrypt, forged_often(100, "AES-GCM"))),
              repeated({{100, not_decrypted}}));
}

TEST_F(DecryptionRateLimiterTest, WrongRequestsDoNotCount) {
    for (int i = 0; i < 30; ++i) {
        OperationFields wrong = forged();
        wrong.iv.reset();
        EXPECT_EQ(fixture_.refused(CryptoOperation::decrypt, std::move(wrong), "cbc").kind(),
                  ErrorKind::validation_failed);
    }
    fail(16);
}

TEST_F(DecryptionRateLimiterTest, AWrongRequestIsToldSoBeforeItIsToldToWait) {
    fail(17);
    OperationFields wrong = forged();
    wrong.iv = Bytes(1);
    expect_mistake(fixture_.refused(CryptoOperation::decrypt, std::move(wrong), "cbc"), "/iv",
                   "must have 16 octets, but has 1");
}

TEST_F(DecryptionRateLimiterTest, TheRestOfABatchIsToldToComeAgain) {
    const auto results = fixture_.run_batch(CryptoOperation::decrypt, forged_often(40), "cbc");
    EXPECT_EQ(messages_of(results), repeated({{17, not_decrypted}, {23, too_many_text(1)}}));
    EXPECT_EQ(fixture_.production->operations(), 17U);
    expect_wait(1);
}

TEST_F(DecryptionRateLimiterTest, ABatchAfterTheFreeFailuresIsTriedOneByOne) {
    std::vector<OperationFields> mixed;
    for (int i = 0; i < 20; ++i)
        mixed.push_back(
            opening(fixture_.run(CryptoOperation::encrypt, operation("AES-CBC-PAD"), "cbc"), "AES-CBC-PAD"));
    fail(16);
    mixed.insert(mixed.begin() + 10, forged());
    EXPECT_EQ(messages_of(fixture_.run_batch(CryptoOperation::decrypt, std::move(mixed), "cbc")),
              repeated({{10, "success"}, {1, not_decrypted}, {10, too_many_text(1)}}));
}

TEST_F(DecryptionRateLimiterTest, ABatchIsRefusedAsAWholeWhileTheKeyWaits) {
    fail(17);
    expect_error(fixture_.refused_batch(CryptoOperation::decrypt, forged_often(3), "cbc"),
                 ErrorKind::too_many_requests, too_many_text(1));
}

TEST_F(DecryptionRateLimiterTest, WhatIsNotSlowedDownTakesNothingWithIt) {
    const KeyPair pair = KeyPair::rsa();
    fixture_.make(
        "rsa", {.type = keys::KeyType::private_key, .mechanisms = MechanismList{"RSA-PKCS"}, .pair = &pair});
    // Two purposes: a key from before there was a rule against that.
    Key key = fixture_.key("rsa");
    key.mechanisms = {"RSA-PKCS-OAEP", "RSA-PKCS"};
    ASSERT_TRUE(
        fixture_.catalogue->keys.commit_update(key, {}, {"this-process", {}, fixture_.now, {}, {}}, {}));
    fixture_.production->forget_limits();
    // An operation with OAEP before each thirty-one with PKCS#1 v1.5, which are an oracle.
    std::vector<OperationFields> mixed;
    for (int i = 0; i < 4; ++i) {
        OperationFields oaep = forged("RSA-PKCS");
        oaep.mechanism = "RSA-PKCS-OAEP";
        oaep.hash = "SHA-1";
        mixed.push_back(std::move(oaep));
        for (OperationFields& each : forged_often(31, "RSA-PKCS"))
            mixed.push_back(std::move(each));
    }
    const auto results = fixture_.run_batch(CryptoOperation::decrypt, std::move(mixed), "rsa");
    EXPECT_EQ(messages_of(results), repeated({{18, not_decrypted},
                                              {14, too_many_text(1)},
                                              {1, not_decrypted},
                                              {31, too_many_text(1)},
                                              {1, not_decrypted},
                                              {31, too_many_text(1)},
                                              {1, not_decrypted},
                                              {31, too_many_text(1)}}));
}

TEST_F(DecryptionRateLimiterTest, FailuresAreLoggedAlsoWhenTheRestOfTheBatchMeetsAnotherFault) {
    fixture_.production->in_next_operation([this] {
        fixture_.production->in_next_operation([this] { fixture_.production->set_reachable(false); });
    });
    testing::internal::CaptureStderr();
    const auto error = fixture_.refused_batch(CryptoOperation::decrypt, forged_often(10), "cbc");
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    EXPECT_NE(log.find(R"("key":"cbc","environment":"production","failures":1})"), std::string::npos) << log;
}

TEST(DecryptionRateLimiter, CountsEachKeyForItself) {
    std::chrono::steady_clock::time_point now{1h};
    DecryptionRateLimiter limiter([&] { return now; });
    for (int i = 0; i < 18; ++i)
        limiter.failed("one");
    for (int i = 0; i < 16; ++i)
        limiter.failed("two");
    EXPECT_EQ(limiter.turn("one").wait(), 2s);
    EXPECT_EQ(limiter.turn("two").wait(), 0s);
    EXPECT_EQ(limiter.turn("three").wait(), 0s);
    now += 1001ms;
    EXPECT_EQ(limiter.turn("one").wait(), 1s);
    now += 999ms;
    EXPECT_EQ(limiter.turn("one").wait(), 0s);
}

TEST(DecryptionRateLimiter, LetsAnyNumberTryTogetherBeforeTheFirstFailure) {
    DecryptionRateLimiter limiter([] { return std::chrono::steady_clock::time_point(1h); });
    const auto first = limiter.turn("key");
    const auto second = limiter.turn("key");
    const auto third = limiter.turn("key");
    EXPECT_EQ(third.wait(), 0s);
}

TEST(DecryptionRateLimiter, LetsNoMoreTryTogetherThanMayFailAtNoCost) {
    DecryptionRateLimiter limiter([] { return std::chrono::steady_clock::time_point(1h); });
    for (int i = 0; i < 14; ++i)
        limiter.failed("key");
    const auto first = limiter.turn("key");
    const auto second = limiter.turn("key");
    EXPECT_EQ(first.wait(), 0s);
    EXPECT_EQ(second.wait(), 0s);
    EXPECT_EQ(limiter.turn("key").wait(), 1s);
    EXPECT_EQ(limiter.turn("another").wait(), 0s);
}

TEST(DecryptionRateLimiter, LetsOneTryAtATimeOnceTheFreeFailuresAreUsedUp) {
    DecryptionRateLimiter limiter([] { return std::chrono::steady_clock::time_point(1h); });
    for (int i = 0; i < 16; ++i)
        limiter.failed("key");
    {
        const auto first = limiter.turn("key");
        EXPECT_EQ(first.wait(), 0s);
        EXPECT_EQ(limiter.turn("key").wait(), 1s);
    }
    EXPECT_EQ(limiter.turn("key").wait(), 0s);
}

TEST(BackoffTracker, ForgetAPartyThatSucceeds) {
    BackoffTracker counts({.free = 1}, 3);
    const BackoffTracker::Time now{1h};
    counts.failed("one", now);
    counts.failed("one", now);
    EXPECT_EQ(counts.waits_until("one"), now + 1s);
    counts.succeeded("one");
    EXPECT_LT(counts.waits_until("one"), now);
    EXPECT_EQ(counts.size(), 0U);
}

TEST(BackoffTracker, WaitNoLongerThanAMinuteHoweverManyThereAre) {
    BackoffTracker counts({.free = 0}, 3);
    const BackoffTracker::Time now{1h};
    for (int i = 0; i < 100'000; ++i)
        counts.failed("one", now);
    EXPECT_EQ(counts.waits_until("one"), now + 60s);
}

TEST(BackoffTracker, KnowNothingOfWhoHasNotFailed) {
    const BackoffTracker counts({.free = 1}, 3);
    EXPECT_EQ(counts.waits_until("unknown"), BackoffTracker::Time::min());
}

}  // namespace
}  // namespace keyward::service
