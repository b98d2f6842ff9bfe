#include "http/reader.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/malformed_requests.hpp"

namespace keyward::http {
namespace {

using State = RequestReader::State;

ReaderLimits table_limits() {
    ReaderLimits limits;
    limits.max_body = test::table_max_body;
    return limits;
}

/// Feeds until the reader takes no more; what it left over is returned.
std::string_view feed(RequestReader& reader, std::string_view text) {
    while (!text.empty()) {
        const auto used = reader.feed(as_bytes(text));
        if (used == 0) break;
        text.remove_prefix(used);
    }
    return text;
}

std::string body_of(const Request& request) {
    return std::string(request.body.reveal_text());
}

ReadRequest read_whole(std::string_view text) {
    RequestReader reader(table_limits());
    EXPECT_EQ(feed(reader, text), "") << text;
    EXPECT_EQ(reader.state(), State::complete) << text << reader.refusal().reason;
    return reader.take();
}

TEST(MalformedRequests, AreAtLeastAHundredAndFifty) {
    EXPECT_GE(test::malformed_requests().size(), 150U);
}

TEST(MalformedRequests, HaveDifferentNames) {
    std::vector<std::string> names;
    for (const auto& request : test::malformed_requests())
        names.push_back(request.name);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(MalformedRequests, AreRefusedWithTheirStatusWhenFedWhole) {
    for (const auto& request : test::malformed_requests()) {
        RequestReader reader(table_limits());
        feed(reader, request.octets);
        ASSERT_EQ(reader.state(), State::refused) << request.name;
        EXPECT_EQ(reader.refusal().status, request.status) << request.name << ": " << reader.refusal().reason;
        EXPECT_FALSE(reader.refusal().reason.empty()) << request.name;
    }
}

TEST(MalformedRequests, AreRefusedAlikeOctetByOctet) {
    for (const auto& request : test::malformed_requests()) {
        RequestReader whole(table_limits());
        feed(whole, request.octets);
        RequestReader reader(table_limits());
        for (const char octet : request.octets)
            feed(reader, {&octet, 1});
        EXPECT_EQ(reader.refusal().status, request.status) << request.name;
        EXPECT_EQ(reader.refusal().reason, whole.refusal().reason) << request.name;
    }
}

TEST(MalformedRequests, AreRefusedAlikeWhereverTheyAreSplit) {
    for (const auto& request : test::malformed_requests()) {
        if (request.octets.size() > 1000) continue;  // the long ones are fed octet by octet above
        for (std::size_t cut = 1; cut < request.octets.size(); ++cut) {
            RequestReader reader(table_limits());
            feed(reader, std::string_view(request.octets).substr(0, cut));
            feed(reader, std::string_view(request.octets).substr(cut));
            ASSERT_EQ(reader.refusal().status, request.status) << request.name << " split at " << cut;
        }
    }
}

TEST(MalformedRequests, AreNotReadAnyFurther) {
    for (const auto& request : test::malformed_requests()) {
        RequestReader reader(table_limits());
        feed(reader, request.octets);
        EXPECT_EQ(reader.feed(as_bytes("GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n")), 0U) << request.name;
    }
}

TEST(MalformedRequests, AreRefusedWithoutTheirValues) {
    RequestReader reader(table_limits());
    feed(reader,
         "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer hush\r\nAuthorization: Bearer hush\r\n\r\n");
    EXPECT_EQ(reader.refusal().reason, "the header authorization must not be sent twice");
}

TEST(RequestReader, ReadsAWholeRequestWhereverItIsSplit) {
    const std::string text =
        "POST /a%20b?x=1&y HTTP/1.1\r\nHost: localhost:80\r\nX-Odd:\t one  two \t\r\nContent-Length: "
        "5\r\n\r\nhe\r\no";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        RequestReader reader(table_limits());
        feed(reader, text.substr(0, cut));
        EXPECT_EQ(feed(reader, std::string_view(text).substr(cut)), "");
        ASSERT_EQ(reader.state(), State::complete) << cut;
        const auto read = reader.take();
        EXPECT_EQ(read.request.method, Method::post);
        EXPECT_EQ(read.request.method_name, "POST");
        EXPECT_EQ(read.request.path, "/a%20b");
        EXPECT_EQ(read.request.query, "x=1&y");
        EXPECT_EQ(body_of(read.request), "he\r\no");
        EXPECT_EQ(read.request.headers,
                  (Headers{{"host", "localhost:80"}, {"x-odd", "one  two"}, {"content-length", "5"}}));
    }
}

TEST(RequestReader, LeavesWhatFollowsTheRequest) {
    RequestReader reader(table_limits());
    EXPECT_EQ(feed(reader, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /"), "GET /");
    EXPECT_EQ(body_of(reader.take().request), "ab");
}

TEST(RequestReader, ReadsTheNextRequestAfterOneWasTaken) {
    RequestReader reader(table_limits());
    feed(reader, "POST /one HTTP/1.0\r\nContent-Length: 2\r\n\r\nab");
    EXPECT_EQ(reader.take().request.path, "/one");
    EXPECT_TRUE(reader.is_untouched());
    feed(reader, "GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto second = reader.take();
    EXPECT_EQ(second.request.path, "/two");
    EXPECT_EQ(second.request.headers, (Headers{{"host", "a"}}));
    EXPECT_TRUE(second.request.body.empty());
    EXPECT_FALSE(second.http_1_0);
}

TEST(RequestReader, KnowsTheMethods) {
    const std::vector<std::pair<std::string, Method>> expected{
        {"GET", Method::get},         {"HEAD", Method::head},   {"POST", Method::post},
        {"PUT", Method::put},         {"PATCH", Method::patch}, {"DELETE", Method::del},
        {"OPTIONS", Method::options}, {"TRACE", Method::other}, {"PROPFIND", Method::other},
        {"get", Method::other},
    };
    for (const auto& [name, method] : expected) {
        const auto read = read_whole(name + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(read.request.method, method) << name;
        EXPECT_EQ(read.request.method_name, name);
    }
}

TEST(RequestReader, KnowsWhoWantsToStay) {
    const std::vector<std::pair<std::string, bool>> expected{
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x ,\tclose\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
    };
    for (const auto& [text, persistent] : expected)
        EXPECT_EQ(read_whole(text).persistent, persistent) << text;
}

TEST(RequestReader, PassesOverOneEmptyLineBeforeARequest) {
    EXPECT_EQ(read_whole("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/a");
}

TEST(RequestReader, TakesAnEmptyLineForNoRequestYet) {
    RequestReader reader(table_limits());
    feed(reader, "\r\n");
    EXPECT_TRUE(reader.is_untouched());
}

TEST(RequestReader, TakesABodyOfTheLimitAndLeadingZeros) {
    const std::string body(test::table_max_body, 'b');
    EXPECT_EQ(
        body_of(read_whole("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0001000\r\n\r\n" + body).request),
        body);
}

TEST(RequestReader, TakesABodyLargerThanItsFirstBuffer) {
    ReaderLimits limits;
    limits.max_body = 300'000;
    std::string body(300'000, '\0');
    for (std::size_t at = 0; at < body.size(); ++at)
        body[at] = static_cast<char>(at % 251);
    RequestReader reader(limits);
    feed(reader, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 4096)
        feed(reader, std::string_view(body).substr(at, 4096));
    EXPECT_EQ(body_of(reader.take().request), body);
}

TEST(RequestReader, HoldsOnlyWhatHasComeOfABody) {
    ReaderLimits limits;
    limits.max_body = std::size_t{100} << 20U;
    RequestReader reader(limits);
    feed(reader, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    EXPECT_EQ(reader.body_memory(), 0U);
    feed(reader, "a");
    EXPECT_LE(reader.body_memory(), 65536U);
}

TEST(RequestReader, TakesAPostWithoutALengthAsEmpty) {
    EXPECT_TRUE(read_whole("POST / HTTP/1.1\r\nHost: a\r\n\r\n").request.body.empty());
}

TEST(RequestReader, WantsContinueOnlyWhileNothingOfTheBodyHasCome) {
    const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    RequestReader reader(table_limits());
    feed(reader, head.substr(0, head.size() - 1));
    EXPECT_FALSE(reader.awaits_continue());
    feed(reader, "\n");
    EXPECT_TRUE(reader.awaits_continue());
    feed(reader, "a");
    EXPECT_FALSE(reader.awaits_continue());
}

TEST(RequestReader, PassesOverTheExpectationOfAnOldClientAndOfAnEmptyBody) {
    RequestReader old_client(table_limits());
    feed(old_client, "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_FALSE(old_client.awaits_continue());
    EXPECT_TRUE(read_whole("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").request.body.empty());
}

TEST(RequestReader, TellsTheFieldsOfARefusedRequest) {
    RequestReader reader(table_limits());
    feed(reader, "HEAD / HTTP/1.1\r\nX-Request-Id: seven\r\nHost: a\r\nHost: b\r\n\r\n");
    EXPECT_EQ(reader.fields(), (Headers{{"x-request-id", "seven"}, {"host", "a"}}));
    EXPECT_TRUE(reader.is_head_request());
}

TEST(RequestReader, TakesAPathOfTheLimitAndAHundredFields) {
    std::string text = "GET /" + std::string(8191, 'a') + " HTTP/1.1\r\nHost: a\r\n";
    for (int field = 1; field < 100; ++field)
        text += "X-" + std::to_string(field) + ": 1\r\n";
    EXPECT_EQ(read_whole(text + "\r\n").request.headers.size(), 100U);
}

TEST(RequestReader, TakesHostsOfEveryForm) {
    for (const std::string host :
         {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "a-b.example.org", ""})
        EXPECT_EQ(*read_whole("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").request.header("host"), host);
}

TEST(Request, FindsTheFirstHeaderOfAName) {
    Request request;
    request.headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
    EXPECT_EQ(*request.header("a"), "1");
    EXPECT_EQ(request.header("c"), nullptr);
}

TEST(Request, IsEmptyOfSecretsWhenCleansed) {
    Request request;
    request.headers = {{"authorization", "Bearer a-token-of-some-length"}};
    request.query = "a=b";
    request.body = SecretBytes::copy_of(as_bytes("key"));
    cleanse(request);
    EXPECT_EQ(request.headers, (Headers{{"authorization", ""}}));
    EXPECT_EQ(request.query, "");
    EXPECT_TRUE(request.body.empty());
}

}  // namespace
}  // namespace keyward::http
