#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/memory.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

constexpr std::size_t one_mebibyte = std::size_t{1} << 20U;

/// The memory that the server uses for many concurrent large bodies.
class JsonMemory : public LiveKeyward {
  protected:
    JsonMemory() {
        EXPECT_EQ(create(create_body(key_, "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}}))
                      .status,
                  200);
    }

    [[nodiscard]] std::string path() const { return key_path(key_) + "environments/production/encrypt/"; }
    /// Repeats the unit until the body has one mebibyte.
    static std::string filled(const std::string& start, const std::string& unit, const std::string& end) {
        std::string text = start;
        text.reserve(one_mebibyte);
        while (text.size() + unit.size() + end.size() + 1 <= one_mebibyte)
            text += (text == start ? "" : ",") + unit;
        return text + end;
    }
    /// The statuses of that many concurrent requests.
    [[nodiscard]] std::vector<int> statuses_of(const std::string& body, std::size_t count) const {
        std::vector<int> statuses(count);
        std::vector<std::jthread> clients;
        clients.reserve(count);
        for (int& status : statuses)
            clients.emplace_back([&] {
                status = HttpClient(home().port())
                             .send({.method = "POST", .path = path(), .body = body, .token = home().token()})
                             .status;
            });
        clients.clear();
        return statuses;
    }
    static bool are_all(const std::vector<int>& statuses, const std::vector<int>& allowed) {
        return std::ranges::all_of(
            statuses, [&](int status) { return std::ranges::find(allowed, status) != allowed.end(); });
    }

    const std::string key_ = unique_name();
};

TEST_F(JsonMemory, OfBodiesWithManyValuesIsBounded) {
    const std::size_t before = peak_memory(server().pid());
    for (const std::string& body :
         {filled(R"({"batch":[)", "{}", "]}"), filled(R"({"batch":[)", "[]", "]}"),
          filled(R"({"batch":[)", "1", "]}"), filled(R"({"input":[)", R"("")", "]}"),
          filled(R"({"batch":[)", "[[[[[[[[]]]]]]]]", "]}"), filled("[", R"({"a":1})", "]")})
        EXPECT_EQ(statuses_of(body, 24), std::vector<int>(24, 400));
    EXPECT_LT(peak_memory(server().pid()) - before, 96 * one_mebibyte)
        << "24 bodies of a mebibyte, and little more";
}

TEST_F(JsonMemory, OfLargeBodiesIsSharedOut) {
    const std::size_t before = peak_memory(server().pid());
    const std::string body =
        R"({"mechanism":"AES-GCM","input":")" + std::string(one_mebibyte - 1000, 'A') + R"("})";
    const auto statuses = statuses_of(body, 48);
    EXPECT_TRUE(are_all(statuses, {200, 429, 503}));
    EXPECT_GE(std::ranges::count(statuses, 200), 16);
    EXPECT_LT(peak_memory(server().pid()) - before, 300 * one_mebibyte);
}

TEST_F(JsonMemory, IsGivenBack) {
    const std::string body =
        R"({"mechanism":"AES-GCM","input":")" + std::string(one_mebibyte - 1000, 'A') + R"("})";
    const std::size_t before = present_memory(server().pid());
    EXPECT_TRUE(are_all(statuses_of(body, 24), {200, 429, 503}));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (present_memory(server().pid()) > before + 32 * one_mebibyte &&
           std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    EXPECT_LE(present_memory(server().pid()), before + 32 * one_mebibyte);
}

TEST_F(JsonMemory, OfAnEnvironmentListIsBounded) {
    const std::string body =
        filled(R"({"name":"x","keyType":"SECRET_KEY","cryptoKeyInfoEnvironmentList":[)", "{}", "]}");
    const Answer answer = post(keys_path(), body);
    expect_problem(answer, 400, "validation_failed");
    EXPECT_EQ(answer.json()["details"][0]["pointer"], "/cryptoKeyInfoEnvironmentList");
    EXPECT_NE(answer.json()["details"][0].value("message", "").find("must have 1 to 32 entries, but has "),
              std::string::npos);
}

}  // namespace
}  // namespace keyward::e2e
