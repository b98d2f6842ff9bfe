#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {
namespace {

using test::RawClient;

class Storm : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        start({});
        HttpClient client(home().port());
        for (std::string& name : names) {
            name = unique_name();
            const Answer answer = client.send({.method = "POST",
                                               .path = keys_path(),
                                               .body = text_of(aes_body(name)),
                                               .token = home().token()});
            ASSERT_EQ(answer.status, 200) << answer.body;
        }
    }

    static std::string head(const std::string& method, const std::string& path, const std::string& id) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
               home().token() + "\r\nX-Request-Id: " + id + "\r\n";
    }
    static std::string get_request(const std::string& name, const std::string& id) {
        return head("GET", key_path(name), id) + "\r\n";
    }
    static std::string create_request(const std::string& id) {
        const std::string body = text_of(aes_body(unique_name()));
        return head("POST", keys_path(), id) +
               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    inline static std::array<std::string, 8> names;
};

constexpr unsigned requests_a_thread = 6'250;  // 50,000 in all

/// Clients one after another: some disconnect in three ways without reading, the others check that they get
/// their own answer.
struct Tally {
    std::atomic<int> answered{0};
    std::atomic<int> vanished{0};
    std::atomic<int> wrong{0};
};

TEST_F(Storm, GivesNoClientTheAnswerOfAnother) {
    Tally tally;
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&, thread] {
            std::mt19937 random(thread);
            for (unsigned i = 0; i < requests_a_thread; ++i) {
                const std::string id = "storm-" + std::to_string(thread) + "-" + std::to_string(i);
                const std::string& name = names[random() % names.size()];
                RawClient client(home().port());
                const auto way = random() % 8;
                const bool reads_a_key = random() % 8 == 0;
                client.send(way == 0 && i % 32 == 0 ? create_request(id)
                            : reads_a_key           ? get_request(name, id)
                                                    : head("GET", "/health/live", id) + "\r\n");
                if (way == 1) client.reset();
                if (way == 2) client.close();
                if (way == 3) client.close_half();
                if (way <= 2) {
                    ++tally.vanished;
                    continue;
                }
                const auto answer = client.read_answer();
                if (!answer) continue;
                ++tally.answered;
                const std::string expected = reads_a_key ? "\"" + name + "\"" : "{\"status\":\"live\"}";
                const bool own = answer->header("X-Request-Id") == id && answer->status == 200 &&
                                 answer->body.find(expected) != std::string::npos;
                if (!own) ++tally.wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_GE(tally.answered, static_cast<int>(8 * requests_a_thread / 2));
    EXPECT_GE(tally.vanished, static_cast<int>(8 * requests_a_thread / 4));
    EXPECT_TRUE(server().is_running());
    EXPECT_TRUE(server().comes_to_rest());
    EXPECT_EQ(get_key(names[0]).status, 200);
}

/// A request that is refused, with another request in its body or after it.
struct Probe {
    const char* name;
    const char* fields;
    const char* body_start;
    int status;
};
void PrintTo(const Probe& probe, std::ostream* out) {
    *out << probe.name;
}

class Smuggling : public Storm, public testing::WithParamInterface<Probe> {};

TEST_P(Smuggling, ReachesNoSecondRequest) {
    const Probe& probe = GetParam();
    RawClient client(home().port());
    client.send(head("POST", keys_path(), "outer") + probe.fields + "\r\n\r\n" + probe.body_start +
                get_request(names[0], "SMUGGLED"));
    const std::string all = client.read_to_end();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 " + std::to_string(probe.status))) << all;
    EXPECT_EQ(all.find("SMUGGLED"), std::string::npos) << all;
    EXPECT_EQ(all.find("HTTP/1.1", 8), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(
    Probes, Smuggling,
    testing::Values(
        Probe{"Behind413", "Content-Type: application/json\r\nContent-Length: 99999999", "{}", 413},
        Probe{"BehindTwoLengths",
              "Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 500", "{}", 400},
        Probe{"BehindAListOfLengths", "Content-Type: application/json\r\nContent-Length: 2, 500", "{}", 400},
        Probe{"BehindASignedLength", "Content-Type: application/json\r\nContent-Length: +2", "{}", 400},
        Probe{"BehindALengthOfLetters", "Content-Type: application/json\r\nContent-Length: abc", "", 400},
        Probe{"BehindASpaceBeforeTheColon", "Content-Type: application/json\r\nContent-Length : 2", "{}",
              400},
        Probe{"BehindChunked", "Content-Type: application/json\r\nTransfer-Encoding: chunked", "0\r\n\r\n",
              501},
        Probe{"BehindLengthAndChunked",
              "Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
              "0\r\n\r\n", 501},
        Probe{"BehindAFoldedLength", "Content-Type: application/json\r\nContent-Length:\r\n 2", "{}", 400},
        Probe{"BehindAFieldWithoutColon", "Content-Type: application/json\r\nNonsense\r\nContent-Length: 2",
              "{}", 400}));

TEST_F(Storm, ReadsTheBodyOfARefusedTypeAsABody) {
    RawClient client(home().port());
    const std::string inner = get_request(names[0], "SMUGGLED");
    client.send(head("POST", keys_path(), "outer") + "Content-Type: text/plain\r\nContent-Length: " +
                std::to_string(inner.size()) + "\r\n\r\n" + inner + get_request(names[1], "second"));
    const auto first = client.read_answer();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->status, 415);
    const std::string rest = client.read_to_end(test::milliseconds(500));
    EXPECT_EQ(rest.find("SMUGGLED"), std::string::npos) << rest;
}

TEST_F(Storm, SurvivesAChunkThatIsCutBetweenItsCarriageReturnAndLineFeed) {
    RawClient client(home().port());
    client.send(head("POST", keys_path(), "chunk") + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r");
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 501);
    client.send("\n0\r\n\r\n");
    EXPECT_TRUE(server().comes_to_rest());
    EXPECT_EQ(get_key(names[0]).status, 200);
}

TEST_F(Storm, KeepsAConnectionOverManyRequests) {
    RawClient client(home().port());
    for (int i = 0; i < 50; ++i) {
        const std::string id = "kept-" + std::to_string(i);
        const auto answer = client.ask(get_request(names[1], id));
        ASSERT_TRUE(answer.has_value()) << i;
        EXPECT_EQ(answer->header("X-Request-Id"), id);
    }
}

TEST_F(Storm, ClosesWhenTheClientAsksForIt) {
    RawClient client(home().port());
    const auto answer = client.ask(head("GET", key_path(names[0]), "last") + "Connection: close\r\n\r\n");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_TRUE(client.is_closed());
}

TEST_F(Storm, AnswersHttp10AndCloses) {
    RawClient client(home().port());
    const auto answer = client.ask("GET /health/live HTTP/1.0\r\n\r\n");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_TRUE(client.is_closed());
}

TEST_F(Storm, AnswersPipelinedRequestsInOrderOrCloses) {
    RawClient client(home().port());
    client.send(get_request(names[0], "first") + get_request(names[1], "second"));
    const auto first = client.read_answer();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->header("X-Request-Id"), "first");
    const auto second = client.read_answer();
    if (second) {
        EXPECT_EQ(second->header("X-Request-Id"), "second");
    } else {
        EXPECT_TRUE(client.is_closed());
    }
}

TEST_F(Storm, AnswersARequestThatComesOctetByOctet) {
    RawClient client(home().port());
    for (const char octet : get_request(names[2], "slow"))
        ASSERT_TRUE(client.send({&octet, 1}));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->header("X-Request-Id"), "slow");
    EXPECT_EQ(answer->status, 200);
}

TEST_F(Storm, AnswersExpectContinueOfALargeBody) {
    nlohmann::json body = aes_body(unique_name());
    body["description"] = std::string(3000, 'd');
    const Answer answer = send({.method = "POST",
                                .path = keys_path(),
                                .body = text_of(body),
                                .token = home().token(),
                                .fields = {"Expect: 100-continue"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
}

}  // namespace
}  // namespace keyward::e2e
