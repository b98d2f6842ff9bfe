#include "tests/e2e/refusals/malformed.hpp"

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"
#include "tests/support/raw_http.hpp"

namespace keyward::e2e {

void PrintTo(const FramingRow& row, std::ostream* out) {
    *out << row.name;
}
void PrintTo(const BodyRow& row, std::ostream* out) {
    *out << row.name;
}
void PrintTo(const ContentRow& row, std::ostream* out) {
    *out << row.name;
}

namespace {

using nlohmann::json;

/// One server for the whole corpus, so that later rows and the last test detect what a row damages.
class Malformed : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        if (!started) start({});
        started = true;
    }
    static void TearDownTestSuite() {}
    static void stop() { LiveKeyward::TearDownTestSuite(); }

    /// Records material that must be in no answer and, at the end, in no log line.
    static void keep_secret(const std::string& content) {
        if (content.size() >= 20) secrets.push_back(content.substr(content.size() / 2 - 8, 16));
        const std::string octets = base64_decoded(content);
        if (octets.size() >= 12) {
            secrets.push_back(octets.substr(octets.size() / 2 - 4, 8));
            secrets.push_back(hex(secrets.back()));
        }
    }

    inline static bool started = false;
    inline static std::vector<std::string> answers;
    inline static std::vector<std::string> secrets;
};

class Framing : public Malformed, public testing::WithParamInterface<FramingRow> {};

TEST_P(Framing, IsRefused) {
    const FramingRow& row = GetParam();
    std::string octets = row.octets;
    for (auto at = octets.find("{token}"); at != std::string::npos; at = octets.find("{token}"))
        octets.replace(at, 7, home().token());
    test::RawClient client(home().port());
    ASSERT_TRUE(client.send(octets));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, row.status) << answer->body;
    EXPECT_EQ(json::parse(answer->body, nullptr, false).value("error", ""), row.error) << answer->body;
    EXPECT_EQ(answer->header("Cache-Control"), "no-store");
    EXPECT_TRUE(answer->header("X-Request-Id").has_value());
    EXPECT_TRUE(!row.closes || client.is_closed()) << "what follows would be read as another request";
    answers.push_back(answer->body);
}

INSTANTIATE_TEST_SUITE_P(Corpus, Framing, testing::ValuesIn(malformed_framing()),
                         [](const auto& row) { return std::string(row.param.name); });

class Body : public Malformed, public testing::WithParamInterface<BodyRow> {};

TEST_P(Body, IsRefused) {
    const BodyRow& row = GetParam();
    const Answer answer = post(keys_path(), row.body);
    answers.push_back(answer.body);
    if (row.pointers.empty()) {
        expect_problem(answer, 400, "bad_request");
        EXPECT_EQ(answer.body.find("already exist"), std::string::npos)
            << "the body of an earlier row was taken";
    } else {
        expect_wrong_fields(answer, row.pointers);
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, Body, testing::ValuesIn(malformed_bodies()),
                         [](const auto& row) { return row.param.name; });

class Content : public Malformed, public testing::WithParamInterface<ContentRow> {};

TEST_P(Content, IsRefusedAtItsPointer) {
    const ContentRow& row = GetParam();
    const std::string content = row.content();
    keep_secret(content);
    const Answer answer =
        post(keys_path(),
             create_body("never-made", row.key_type, row.algorithm, {{"production", content}}).dump());
    answers.push_back(answer.body);
    expect_wrong_fields(answer, {row.pointer});
}

INSTANTIATE_TEST_SUITE_P(Corpus, Content, testing::ValuesIn(unusable_contents()), [](const auto& row) {
    std::string name = row.param.name;
    std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
    return name;
});

/// GoogleTest runs suites in the order of their definition, and parameterized ones after the others. This
/// suite has a parameter and is instantiated last, so that it runs last.
class Afterwards : public Malformed, public testing::WithParamInterface<int> {
  protected:
    static void TearDownTestSuite() { stop(); }
};

TEST_P(Afterwards, TheCorpusIsAsLargeAsItShouldBe) {
    EXPECT_GE(malformed_framing().size(), 80U);
    EXPECT_GE(malformed_bodies().size(), 100U);
    EXPECT_GE(unusable_contents().size(), 120U);
}

TEST_P(Afterwards, TheServerServes) {
    ASSERT_TRUE(server().is_running());
    EXPECT_EQ(create(aes_body(unique_name())).status, 200);
}

TEST_P(Afterwards, NothingWasMade) {
    expect_problem(get_key("never-made"), 404, "not_found");
    for (const TokenObject& object : objects_in(home(), "production"))
        EXPECT_EQ(object.label.find("never-made"), std::string::npos);
}

TEST_P(Afterwards, NoThreadSpins) {
    EXPECT_TRUE(server().comes_to_rest());
}

TEST_P(Afterwards, NoAnswerHoldsMaterial) {
    for (const std::string& answer : answers) {
        for (const std::string& secret : secrets)
            EXPECT_EQ(answer.find(secret), std::string::npos) << answer;
        EXPECT_EQ(answer.find(home().token()), std::string::npos) << answer;
    }
}

TEST_P(Afterwards, NoLogLineHoldsMaterialPinsOrTokens) {
    const std::string log = server().log();
    for (const std::string& secret : secrets)
        EXPECT_EQ(log.find(secret), std::string::npos) << hex(secret);
    for (const std::string& pin : home().pins())
        EXPECT_EQ(log.find(pin), std::string::npos);
    EXPECT_EQ(log.find(home().token().substr(3)), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(OfTheCorpus, Afterwards, testing::Values(0));

}  // namespace
}  // namespace keyward::e2e
